/* vkpcl report: everything about a run on one page. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/report.h"
#include "vkpcl/tsne.h"
#include <stdio.h>

struct report_flags {
    struct vp_gpu_flags gpu;
    const char *out, *embedding, *data, *root, *columns;
    struct vp_texts eval;
    int64_t points;
};

static const struct vp_flag flags[] = {
    {"out", "FILE.html", VP_FLAG_TEXT, offsetof(struct report_flags, out), "default: report.html in the run's folder"},
    {"data", "LABELS", VP_FLAG_TEXT, offsetof(struct report_flags, data),
     "labelled images to embed by the run's newest weights and to map; any format of vkpcl eval"},
    {"root", "FOLDER", VP_FLAG_TEXT, offsetof(struct report_flags, root),
     "where their relative paths begin (default: beside the labels)"},
    {"columns", "A=B,...", VP_FLAG_TEXT, offsetof(struct report_flags, columns), "their csv columns by other names"},
    {"embedding", "FILE.npz", VP_FLAG_TEXT, offsetof(struct report_flags, embedding),
     "features and labels to map (default: embedding.npz in the run's folder)"},
    {"eval", "FILE.json", VP_FLAG_LIST, offsetof(struct report_flags, eval),
     "a further evaluation beside those in the run's folder; may be given several times"},
    {"points", "N", VP_FLAG_INT, offsetof(struct report_flags, points),
     "most points of a map (default 1000, at most 2000)"},
    VP_GPU_FLAGS(struct report_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "report", "RUN", "Writes one HTML page, complete in itself, about the run in folder RUN.", flags, 1, 1};

/* embedding.npz in the run's folder, from which the page then draws its maps. */
static enum vp_status embed(const struct report_flags *values, const char *run, const struct vp_log *log,
                            struct vp_error *err) {
    char path[4096];
    if (values->embedding)
        return vp_fail(err, VP_ERR_USAGE, "--data computes an embedding and --embedding brings one: give one of them");
    if (snprintf(path, sizeof path, "%s/embedding.npz", run) >= (int)sizeof path)
        return vp_fail(err, VP_ERR_IO, "the path of the run's folder is too long: %.200s...", run);
    struct vp_gpu *gpu = vp_cli_open_gpu(&values->gpu, log, err);
    if (!gpu) return err->status;
    struct vp_labels_request data = {.path = values->data, .root = values->root, .columns = values->columns};
    enum vp_status status = vp_report_embed(gpu, run, &data, path, log, err);
    vp_gpu_destroy(gpu);
    return status;
}

int vp_cmd_report(int argc, char **argv) {
    struct report_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stderr, values.gpu.verbose);
    if (values.points < 0 || values.points > VP_TSNE_MAX_POINTS) {
        vp_fail(&err, VP_ERR_USAGE, "--points wants a number from 1 to %d", VP_TSNE_MAX_POINTS);
        return vp_cli_fail(&err);
    }
    struct vp_report_request request = {.run = operands.text[0],
                                        .out = values.out,
                                        .embedding = values.embedding,
                                        .eval = values.eval.text,
                                        .eval_count = values.eval.count,
                                        .points = (int)values.points,
                                        .log = &log};
    if (values.data && embed(&values, request.run, &log, &err) != VP_OK) return vp_cli_fail(&err);
    if (vp_report_write(&request, &err) != VP_OK) return vp_cli_fail(&err);
    if (values.out)
        printf("%s\n", values.out);
    else
        printf("%s/report.html\n", operands.text[0]);
    return 0;
}
