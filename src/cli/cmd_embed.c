/* vkpcl embed: features of any images. */
#include "cli/commands.h"
#include "cli/image_list.h"
#include "cli/options.h"
#include "vkpcl/embed.h"
#include <limits.h>
#include <stdio.h>

struct embed_flags {
    struct vp_gpu_flags gpu;
    const char *weights, *out;
    struct vp_texts features;
    int64_t size, batch, threads;
};

static const struct vp_flag flags[] = {
    {"weights", "RUN_OR_FILE", VP_FLAG_TEXT, offsetof(struct embed_flags, weights),
     "a run's folder (its newest checkpoint) or a safetensors file (needed)"},
    {"out", "FILE", VP_FLAG_TEXT, offsetof(struct embed_flags, out),
     "where to: .npz, .safetensors, or .npy for a single feature (default features.npz)"},
    {"feature", "NAME", VP_FLAG_LIST, offsetof(struct embed_flags, features),
     "trunk, face, pose, face_projection, pose_projection, pixels; several times for several (default: all there are)"},
    {"size", "PX", VP_FLAG_INT, offsetof(struct embed_flags, size), "side of the images (default: the training size)"},
    {"batch", "N", VP_FLAG_INT, offsetof(struct embed_flags, batch), "images at a time (default: by their size)"},
    {"threads", "N", VP_FLAG_INT, offsetof(struct embed_flags, threads), "that decode (default: one per core)"},
    VP_GPU_FLAGS(struct embed_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "embed",
    "IMAGE_OR_FOLDER_OR_LIST...",
    "Writes what an encoder makes of images, in order, with the list of the images.",
    flags,
    1,
    VP_MAX_TEXTS};

static enum vp_status check_numbers(const struct embed_flags *values, struct vp_error *err) {
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"size", values->size}, {"batch", values->batch}, {"threads", values->threads}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value < 0 || numbers[i].value > INT_MAX)
            return vp_fail(err, VP_ERR_USAGE, "--%s cannot be %lld", numbers[i].name, (long long)numbers[i].value);
    return VP_OK;
}

/* What is asked for, or everything this network gives at this size. */
static enum vp_status choose(const struct embed_flags *values, const struct vp_network *network, int size,
                             const struct vp_log *log, unsigned *wanted, struct vp_error *err) {
    *wanted = 0;
    for (int i = 0; i < values->features.count; i++) {
        int feature = vp_feature_find(values->features.text[i]);
        if (feature < 0)
            return vp_fail(err, VP_ERR_USAGE,
                           "there is no feature \"%s\": trunk, face, pose, face_projection, pose_projection and pixels "
                           "are",
                           values->features.text[i]);
        *wanted |= 1u << feature;
    }
    if (*wanted) return VP_OK;
    for (enum vp_feature f = 0; f < VP_FEATURE_PIXELS; f++)
        if (vp_feature_columns(network, f, size)) *wanted |= 1u << f;
    if (!(*wanted >> VP_FEATURE_FACE_PROJECTION & 1))
        vp_log(log, VP_LOG_WARN,
               network->heads ? "no projections: the heads fit images of %d px only"
                              : "no projections: these weights hold no heads (they were made for %d px)",
               network->shape.size);
    return VP_OK;
}

static enum vp_status run(const struct embed_flags *values, struct vp_gpu *gpu, const struct vp_image_list *list,
                          const struct vp_log *log, struct vp_error *err) {
    const char *out = values->out ? values->out : "features.npz";
    struct vp_network network;
    enum vp_status status = vp_network_open(&network, gpu, values->weights, err);
    if (status != VP_OK) return status;
    vp_log(log, VP_LOG_INFO, "weights: %s, width %g", network.source, network.shape.width);
    struct vp_embed_settings settings = {.size = values->size ? (int)values->size : network.shape.size,
                                         .batch = (int)values->batch,
                                         .threads = (int)values->threads,
                                         .log = log};
    struct vp_picture_set pictures = vp_image_list_pictures(list);
    struct vp_features features[VP_FEATURES] = {{0}};
    unsigned wanted;
    status = choose(values, &network, settings.size, log, &wanted, err);
    if (status == VP_OK) status = vp_embed_check_path(out, wanted, err);
    if (status == VP_OK) status = vp_embed(gpu, &network, &pictures, &settings, wanted, features, err);
    if (status == VP_OK)
        status = vp_embed_write(out, features, wanted, (const char *const *)list->path, list->count, err);
    for (enum vp_feature f = 0; f < VP_FEATURES && status == VP_OK; f++)
        if (wanted >> f & 1)
            vp_log(log, VP_LOG_INFO, "%-15s (%lld, %lld)", vp_feature_name(f), (long long)features[f].rows,
                   (long long)features[f].columns);
    if (status == VP_OK) vp_log(log, VP_LOG_INFO, "written to %s; images in %s.images.txt", out, out);
    for (enum vp_feature f = 0; f < VP_FEATURES; f++) vp_features_fini(&features[f]);
    vp_network_close(&network);
    return status;
}

int vp_cmd_embed(int argc, char **argv) {
    struct embed_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    if (!values.weights) {
        fprintf(stderr, "vkpcl embed: --weights is needed: a run's folder or a safetensors file\n");
        return 2;
    }
    struct vp_image_list list = {0};
    enum vp_status status = check_numbers(&values, &err);
    if (status == VP_OK) status = vp_image_list_open(&list, &operands, &log, &err);
    struct vp_gpu *gpu = status == VP_OK ? vp_cli_open_gpu(&values.gpu, &log, &err) : NULL;
    if (status == VP_OK && !gpu) status = err.status;
    if (status == VP_OK) status = run(&values, gpu, &list, &log, &err);
    if (status == VP_OK && values.gpu.profile) vp_gpu_profile_print(gpu, stdout);
    vp_gpu_destroy(gpu);
    vp_image_list_fini(&list);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
