/* vkpcl synth: synthetic faces with everything known. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/synth.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

struct synth_flags {
    struct vp_gpu_flags gpu;
    int64_t identities, images, size, seed, rows;
    double nuisance;
    bool packed;
    const char *sheet;
};

static const struct vp_flag flags[] = {
    {"identities", "N", VP_FLAG_INT, offsetof(struct synth_flags, identities), "how many people (default 200)"},
    {"images", "N", VP_FLAG_INT, offsetof(struct synth_flags, images), "how many images in all (default 4000)"},
    {"size", "S", VP_FLAG_INT, offsetof(struct synth_flags, size), "side of an image in pixels (default 64)"},
    {"seed", "K", VP_FLAG_INT, offsetof(struct synth_flags, seed), "other numbers give other people (default 1)"},
    {"nuisance", "X", VP_FLAG_REAL, offsetof(struct synth_flags, nuisance),
     "light, background, occluders, crop, blur and noise, from 1 (default, all of it) to 0 (a studio)"},
    {"packed", NULL, VP_FLAG_SWITCH, offsetof(struct synth_flags, packed), "one images.npy instead of PNG files"},
    {"sheet", "FILE.png", VP_FLAG_TEXT, offsetof(struct synth_flags, sheet),
     "write a contact sheet: people by expressions and poses; OUT may then be left out"},
    {"rows", "N", VP_FLAG_INT, offsetof(struct synth_flags, rows), "people on the sheet (default 8)"},
    VP_GPU_FLAGS(struct synth_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "synth", "OUT", "Renders faces with known identity, expression, action units, pose and light into OUT.",
    flags,   0,     1};

static int narrowed(int64_t value) {
    return value > INT_MAX ? INT_MAX : value < 0 ? -1 : (int)value;
}

static enum vp_status write_sheet(struct vp_gpu *gpu, const struct synth_flags *values, struct vp_error *err) {
    struct vp_image sheet;
    enum vp_status status = vp_synth_sheet(gpu, (uint64_t)values->seed, narrowed(values->rows), narrowed(values->size),
                                           (float)values->nuisance, &sheet, err);
    if (status != VP_OK) return status;
    status = vp_image_write_png(values->sheet, &sheet, err);
    if (status == VP_OK) printf("contact sheet: %s\n", values->sheet);
    vp_image_fini(&sheet);
    return status;
}

static enum vp_status write_set(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err) {
    enum vp_status status = vp_synth_write(gpu, request, err);
    if (status == VP_OK)
        printf("%d faces of %d people in %s; labels.csv, identities.csv and pairs.csv say what they show\n",
               request->images, request->identities, request->folder);
    return status;
}

/* All that can be wrong is found before a device is opened. */
static enum vp_status check(const struct synth_flags *values, const struct vp_synth_request *request,
                            struct vp_error *err) {
    if (!request->folder && !values->sheet)
        return vp_fail(err, VP_ERR_USAGE, "no folder given: vkpcl synth OUT (or --sheet FILE.png alone)");
    if (values->sheet && (values->rows < 1 || values->rows > 1000))
        return vp_fail(err, VP_ERR_USAGE, "--rows %" PRId64 ": expected 1 to 1000", values->rows);
    if (values->size < VP_SYNTH_MIN_SIZE || values->size > VP_SYNTH_MAX_SIZE)
        return vp_fail(err, VP_ERR_USAGE, "--size %" PRId64 ": expected %d to %d", values->size, VP_SYNTH_MIN_SIZE,
                       VP_SYNTH_MAX_SIZE);
    if (!(values->nuisance >= 0 && values->nuisance <= 1))
        return vp_fail(err, VP_ERR_USAGE, "--nuisance %g: expected 0 to 1", values->nuisance);
    return request->folder ? vp_synth_check(request, err) : VP_OK;
}

static enum vp_status run(const struct synth_flags *values, const char *folder, struct vp_error *err) {
    struct vp_log log = vp_log_init(stdout, values->gpu.verbose);
    struct vp_synth_request request = {.folder = folder,
                                       .identities = narrowed(values->identities),
                                       .images = narrowed(values->images),
                                       .size = narrowed(values->size),
                                       .seed = (uint64_t)values->seed,
                                       .nuisance = (float)values->nuisance,
                                       .packed = values->packed,
                                       .log = &log};
    enum vp_status status = check(values, &request, err);
    if (status != VP_OK) return status;
    struct vp_gpu *gpu = vp_cli_open_gpu(&values->gpu, &log, err);
    if (!gpu) return err->status;
    if (folder) status = write_set(gpu, &request, err);
    if (status == VP_OK && values->sheet) status = write_sheet(gpu, values, err);
    if (values->gpu.profile) vp_gpu_profile_print(gpu, stdout);
    int messages = vp_gpu_validation_messages(gpu);
    vp_gpu_destroy(gpu);
    if (status == VP_OK && messages)
        return vp_fail(err, VP_ERR_FORMAT, "the validation layers gave %d messages", messages);
    return status;
}

int vp_cmd_synth(int argc, char **argv) {
    struct synth_flags values = {.identities = 200, .images = 4000, .size = 64, .seed = 1, .rows = 8, .nuisance = 1};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    enum vp_status status = run(&values, operands.count ? operands.text[0] : NULL, &err);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
