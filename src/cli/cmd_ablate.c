/* vkpcl ablate: the paper's ablation on one's own data. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/sets.h"
#include "cli/stop.h"
#include "cli/training.h"
#include "vkpcl/ablate.h"
#include <stdio.h>

struct ablate_flags {
    struct vp_gpu_flags gpu;
    struct vp_training_flags training;
    const char *out, *labels, *root, *columns, *pairs, *pairs_root, *variants, *protocol, *probe;
    bool table_only;
};

static const struct vp_flag flags[] = {
    {"labels", "FILE", VP_FLAG_TEXT, offsetof(struct ablate_flags, labels),
     "labelled images to compare the runs by (any format of vkpcl eval)"},
    {"root", "FOLDER", VP_FLAG_TEXT, offsetof(struct ablate_flags, root), "where their relative paths begin"},
    {"columns", "A=B,...", VP_FLAG_TEXT, offsetof(struct ablate_flags, columns), "their csv columns by other names"},
    {"pairs", "FILE", VP_FLAG_TEXT, offsetof(struct ablate_flags, pairs), "pairs for verification"},
    {"pairs-root", "FOLDER", VP_FLAG_TEXT, offsetof(struct ablate_flags, pairs_root), "where their paths begin"},
    {"out", "FOLDER", VP_FLAG_TEXT, offsetof(struct ablate_flags, out), "of all runs (default runs/ablation)"},
    VP_TRAINING_FLAGS(struct ablate_flags, training),
    {"variants", "LIST", VP_FLAG_TEXT, offsetof(struct ablate_flags, variants),
     "of face,decoder,orthogonality,pose,full (default: all; pixels and random weights always stand beside them)"},
    {"protocol", "NAME", VP_FLAG_TEXT, offsetof(struct ablate_flags, protocol), "honest (default), released, or both"},
    {"probe", "NAME", VP_FLAG_TEXT, offsetof(struct ablate_flags, probe),
     "ridge (default; verification: plain cosine) or linear (trained epoch by epoch)"},
    {"table-only", NULL, VP_FLAG_SWITCH, offsetof(struct ablate_flags, table_only),
     "the same command with this trains nothing and asks the runs that are there"},
    VP_GPU_FLAGS(struct ablate_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "ablate",
    "FOLDER_OR_LIST...",
    "Trains the method with and without its parts on the same images and prints one table of what they are worth. The "
    "same command goes on where it was stopped.",
    flags,
    1,
    VP_MAX_TEXTS};

static enum vp_status read_sets(const struct ablate_flags *values, struct vp_ablate_request *request,
                                struct vp_error *err) {
    static const char *const probes[] = {"ridge", "linear"};
    const char *names[VP_ABLATE_VARIANTS];
    for (int i = 0; i < VP_ABLATE_VARIANTS; i++) names[i] = vp_ablate_variant(i);
    unsigned probe = 1;
    enum vp_status status = vp_cli_protocols(values->protocol, &request->protocols, err);
    if (status == VP_OK && values->variants)
        status = vp_cli_set(values->variants, "variants", names, VP_ABLATE_VARIANTS, &request->variants, err);
    if (status == VP_OK && values->probe) status = vp_cli_set(values->probe, "probe", probes, 2, &probe, err);
    if (status == VP_OK && probe == 3) status = vp_fail(err, VP_ERR_USAGE, "--probe takes one of ridge and linear");
    request->linear = probe == 2;
    return status;
}

static bool stop_wanted(void *context) {
    return vp_training_stop(context);
}

static enum vp_status run(const struct ablate_flags *values, const struct vp_texts *operands, struct vp_log *log,
                          struct vp_error *err) {
    struct vp_config config;
    struct vp_source *source = NULL;
    const char *out = values->out ? values->out : "runs/ablation";
    enum vp_status status = vp_training_config(&values->training, NULL, &config, log, err);
    if (status == VP_OK && !values->labels && !values->pairs)
        status = vp_fail(err, VP_ERR_USAGE, "--labels or --pairs is needed: something to compare the runs by");
    if (status == VP_OK)
        status = vp_source_open(operands->text, operands->count, config.data.layout, log, &source, err);
    struct vp_ablate_request request = {.source = source,
                                        .folder = out,
                                        .labels = {values->labels, NULL, values->root, values->columns},
                                        .pairs = {values->pairs, NULL, values->pairs_root, NULL},
                                        .table_only = values->table_only,
                                        .time_limit = values->training.time_limit,
                                        .stop = stop_wanted,
                                        .context = log,
                                        .log = log};
    if (status == VP_OK) status = read_sets(values, &request, err);
    struct vp_gpu *gpu = status == VP_OK ? vp_cli_open_gpu(&values->gpu, log, err) : NULL;
    if (status == VP_OK && !gpu) status = err->status;
    struct vp_ablate_table table;
    char path[4096];
    snprintf(path, sizeof path, "%s/table.tsv", out);
    if (status == VP_OK) status = vp_ablate(gpu, &config, &request, &table, err);
    if (status == VP_OK) status = vp_ablate_write(&table, path, err);
    if (status == VP_OK) {
        vp_ablate_print(&table, stdout);
        printf("written to %s\n", path);
    }
    vp_gpu_destroy(gpu);
    vp_source_destroy(source);
    return status;
}

int vp_cmd_ablate(int argc, char **argv) {
    struct ablate_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    vp_stop_block();
    enum vp_status status = run(&values, &operands, &log, &err);
    return vp_training_end(status, &err, "the same command goes on");
}
