/* vkpcl pack: images of any source as one array of crops. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/pack.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

struct pack_flags {
    int64_t size, threads;
    double margin;
    const char *landmarks, *boxes, *labels, *preview, *layout;
};

#define PLACE(member) offsetof(struct pack_flags, member)
static const struct vp_flag flags[] = {
    {"size", "N", VP_FLAG_INT, PLACE(size), "side of a crop in pixels (default 128)"},
    {"landmarks", "CSV", VP_FLAG_TEXT, PLACE(landmarks), "align by 5 or 68 points: path,x0,y0,x1,y1,..."},
    {"boxes", "CSV_OR_TREE", VP_FLAG_TEXT, PLACE(boxes),
     "crop by boxes: path,x0,y0,x1,y1 or path,x,y,w,h, or VoxCeleb's tree of tracks"},
    {"margin", "M", VP_FLAG_REAL, PLACE(margin),
     "with landmarks or boxes: widen the tight crop by M of its side on each side (default 0.2)"},
    {"labels", "CSV", VP_FLAG_TEXT, PLACE(labels), "columns to carry over into labels.csv, found by its path column"},
    {"layout", "WHICH", VP_FLAG_TEXT, PLACE(layout),
     "auto, folder, identity or list, as in data.layout (default auto)"},
    {"preview", "FILE.png", VP_FLAG_TEXT, PLACE(preview), "write a sheet of 64 crops from all over the set"},
    {"threads", "N", VP_FLAG_INT, PLACE(threads), "default: one per core; the result does not depend on it"},
    {0}};
static const struct vp_command_line line = {
    "pack",
    "FOLDER_OR_LIST... OUT",
    "Crops all images and writes OUT/images.npy, labels.csv and index.npz, which pretrain takes as OUT.\n"
    "Neither landmarks nor boxes: the largest square in the middle. May be stopped at any time; the same command goes "
    "on.",
    flags,
    2,
    VP_MAX_TEXTS};

static bool stop_wanted(void *context) {
    return sigtimedwait(context, NULL, &(struct timespec){0}) > 0;
}

static int narrowed(int64_t value) {
    return value > INT_MAX ? INT_MAX : value < INT_MIN ? INT_MIN : (int)value;
}

static enum vp_status run(struct vp_pack_request *request, const struct pack_flags *values,
                          const struct vp_texts *operands, struct vp_pack_result *result, struct vp_error *err) {
    struct vp_config config;
    vp_config_init(&config);
    char layout[64];
    snprintf(layout, sizeof layout, "data.layout=%.40s", values->layout ? values->layout : "auto");
    enum vp_status status = vp_config_set(&config, layout, err);
    struct vp_source *source = NULL;
    if (status == VP_OK)
        status = vp_source_open(operands->text, operands->count - 1, config.data.layout, request->log, &source, err);
    request->source = source;
    if (status == VP_OK) status = vp_pack(request, result, err);
    vp_source_destroy(source);
    return status;
}

int vp_cmd_pack(int argc, char **argv) {
    struct pack_flags values = {.size = 128, .margin = 0.2};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL); /* looked for between pieces: no handler, no global */
    struct vp_log log = vp_log_init(stdout, false);
    struct vp_pack_request request = {.folder = operands.text[operands.count - 1],
                                      .size = narrowed(values.size),
                                      .margin = values.margin,
                                      .landmarks = values.landmarks,
                                      .boxes = values.boxes,
                                      .labels = values.labels,
                                      .preview = values.preview,
                                      .threads = narrowed(values.threads),
                                      .stop = stop_wanted,
                                      .context = &stop,
                                      .log = &log};
    struct vp_pack_result result = {0};
    struct vp_error err = {0};
    enum vp_status status = run(&request, &values, &operands, &result, &err);
    if (status == VP_ERR_INTERRUPTED) {
        printf("%s; the same command goes on\n", err.message);
        return 130;
    }
    if (status != VP_OK) return vp_cli_fail(&err);
    if (result.resumed_at) printf("an earlier run had done %u images already\n", result.resumed_at);
    printf("%u images of %d x %d pixels in %s\n", result.images, request.size, request.size, request.folder);
    if (result.left_out)
        printf("%u images were left out; %s/broken.txt lists them with the reasons\n", result.left_out, request.folder);
    return 0;
}
