/* vkpcl data: what images and labels there are, and what is wrong with them. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/config.h"
#include "vkpcl/survey.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct data_flags {
    const char *sheet, *labels, *format, *columns, *root, *pairs, *layout;
    bool all;
};

#define PLACE(member) offsetof(struct data_flags, member)
static const struct vp_flag flags[] = {
    {"sheet", "FILE.png", VP_FLAG_TEXT, PLACE(sheet), "write 64 thumbnails from all over the images"},
    {"labels", "FILE", VP_FLAG_TEXT, PLACE(labels), "labels to look at (default: labels.csv in the folder, if any)"},
    {"format", "NAME", VP_FLAG_TEXT, PLACE(format),
     "of the labels: csv, rafdb, fer2013, folders, list, disfa, bp4d, npz, aflw2000, packed (default: look)"},
    {"columns", "MAP", VP_FLAG_TEXT, PLACE(columns), "for csv: path=NAME,identity=NAME,category=NAME,..."},
    {"root", "FOLDER", VP_FLAG_TEXT, PLACE(root), "where paths in labels and pairs begin (default: beside the file)"},
    {"pairs", "FILE", VP_FLAG_TEXT, PLACE(pairs), "verification pairs: LFW's, CPLFW's or csv"},
    {"layout", "WHICH", VP_FLAG_TEXT, PLACE(layout), "auto, folder, identity, list or packed (default auto)"},
    {"all", NULL, VP_FLAG_SWITCH, PLACE(all), "decode every image, not a sample of 1000"},
    {0}};
static const struct vp_command_line line = {
    "data", "FOLDER_OR_FILE...", "Says what images and labels are there, and what is wrong with them.", flags,
    0,      VP_MAX_TEXTS};

static bool ends_with(const char *text, const char *ending) {
    size_t a = strlen(text), b = strlen(ending);
    return a > b && strcasecmp(text + a - b, ending) == 0;
}

/* Label files that hold their images, and folders of .mat files, are no sources: their labels know the images. */
static bool is_label_file(const struct data_flags *values, const struct vp_texts *operands) {
    return values->format || (operands->count == 1 && !values->labels &&
                              (ends_with(operands->text[0], ".npz") || ends_with(operands->text[0], ".csv")));
}

static enum vp_status open_labels(const struct data_flags *values, const struct vp_texts *operands, bool only_labels,
                                  struct vp_labels **labels, struct vp_error *err) {
    char beside[4096];
    struct vp_labels_request request = {.path = values->labels ? values->labels : operands->text[0],
                                        .format = values->format,
                                        .root = values->root,
                                        .columns = values->columns};
    struct stat info;
    if (!values->labels && !operands->count) return VP_OK; /* pairs alone */
    if (!values->labels && !only_labels) {
        bool folder = stat(operands->text[0], &info) == 0 && S_ISDIR(info.st_mode);
        snprintf(beside, sizeof beside, "%s/index.npz", operands->text[0]);
        bool packed = folder && access(beside, F_OK) == 0;
        snprintf(beside, sizeof beside, "%s/labels.csv", operands->text[0]);
        if (operands->count > 1 || !folder || access(beside, R_OK) != 0) return VP_OK;
        if (!packed) request.path = beside;
    }
    return vp_labels_read(&request, labels, err);
}

static enum vp_status run(const struct data_flags *values, const struct vp_texts *operands, const struct vp_log *log,
                          struct vp_error *err) {
    struct vp_config config;
    vp_config_init(&config);
    char layout[64];
    snprintf(layout, sizeof layout, "data.layout=%.40s", values->layout ? values->layout : "auto");
    if (!operands->count && !values->labels && !values->pairs)
        return vp_fail(err, VP_ERR_USAGE, "nothing to look at: vkpcl data FOLDER, or --labels FILE, or --pairs FILE");
    bool only_labels = !operands->count || (is_label_file(values, operands) && !values->labels);
    struct vp_source *source = NULL;
    struct vp_labels *labels = NULL;
    struct vp_pairs *pairs = NULL;
    enum vp_status status = vp_config_set(&config, layout, err);
    if (status == VP_OK && !only_labels)
        status = vp_source_open(operands->text, operands->count, config.data.layout, log, &source, err);
    if (status == VP_OK) status = open_labels(values, operands, only_labels, &labels, err);
    if (status == VP_OK && values->pairs)
        status = vp_pairs_read(&(struct vp_labels_request){.path = values->pairs, .root = values->root}, &pairs, err);
    if (status == VP_OK)
        status = vp_survey(
            &(struct vp_survey_request){
                .source = source, .labels = labels, .pairs = pairs, .decode_all = values->all, .sheet = values->sheet},
            stdout, err);
    vp_pairs_destroy(pairs);
    vp_labels_destroy(labels);
    vp_source_destroy(source);
    return status;
}

int vp_cmd_data(int argc, char **argv) {
    struct data_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_log log = {0}; /* the survey says it all */
    struct vp_error err = {0};
    enum vp_status status = run(&values, &operands, &log, &err);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
