/* embedding.npz: features of labelled images by the run's newest weights, with the labels beside them. */
#include "vkpcl/embed.h"
#include "vkpcl/npz.h"
#include "vkpcl/report.h"
#include "vkpcl/tsne.h"
#include <math.h>
#include <stdlib.h>

enum { KINDS = 3 };
static const enum vp_feature kinds[KINDS] = {VP_FEATURE_TRUNK, VP_FEATURE_FACE, VP_FEATURE_POSE};

/* No map shows more points than t-SNE takes, so no more are embedded: evenly from the whole list. */
struct selection {
    const struct vp_labels *labels;
    int shown;
};

static int chosen(const struct selection *some, int64_t i) {
    return (int)(i * some->labels->count / some->shown);
}

static enum vp_status load(void *context, int64_t index, struct vp_image *image, struct vp_error *err) {
    const struct selection *some = context;
    return vp_label_image(some->labels, chosen(some, index), image, err);
}

static enum vp_status add_whole_numbers(struct vp_npz_writer *npz, const struct selection *some, bool identity,
                                        struct vp_error *err) {
    int64_t *values = malloc((size_t)some->shown * sizeof *values);
    vp_assert(values, "no host memory for %d labels", some->shown);
    for (int i = 0; i < some->shown; i++) {
        const struct vp_label *label = &some->labels->items[chosen(some, i)];
        values[i] = identity ? label->identity : label->category;
    }
    struct vp_array array = {.type = VP_ARRAY_I64, .rank = 1, .shape = {some->shown}, .data = values};
    return vp_npz_add_owned(npz, identity ? "identity" : "expression", &array, err);
}

/* Pitch, yaw, roll, where any is known. */
static enum vp_status add_angles(struct vp_npz_writer *npz, const struct selection *some, struct vp_error *err) {
    float *values = malloc(3 * (size_t)some->shown * sizeof *values);
    vp_assert(values, "no host memory for %d labels", some->shown);
    bool known = false;
    for (int i = 0; i < some->shown; i++) {
        const struct vp_label *label = &some->labels->items[chosen(some, i)];
        values[3 * i] = label->pitch, values[3 * i + 1] = label->yaw, values[3 * i + 2] = label->roll;
        for (int axis = 0; axis < 3; axis++) known = known || isfinite(values[3 * i + axis]);
    }
    struct vp_array array = {.type = VP_ARRAY_F32, .rank = 2, .shape = {some->shown, 3}, .data = values};
    if (known) return vp_npz_add_owned(npz, "angles", &array, err);
    free(values);
    return VP_OK;
}

static enum vp_status write_npz(const char *path, const struct selection *some, const struct vp_features *features,
                                struct vp_error *err) {
    struct vp_npz_writer *npz = vp_npz_writer_create(path, false, err);
    enum vp_status status = npz ? VP_OK : err->status;
    for (int k = 0; k < KINDS && status == VP_OK; k++) {
        const struct vp_features *feature = &features[kinds[k]];
        struct vp_array array = {
            .type = VP_ARRAY_F32, .rank = 2, .shape = {feature->rows, feature->columns}, .data = feature->data};
        status = vp_npz_add(npz, vp_feature_name(kinds[k]), &array, err);
    }
    if (status == VP_OK && some->labels->identities > 0) status = add_whole_numbers(npz, some, true, err);
    if (status == VP_OK && some->labels->categories > 0) status = add_whole_numbers(npz, some, false, err);
    if (status == VP_OK) status = add_angles(npz, some, err);
    if (status == VP_OK) status = vp_npz_commit(npz, err);
    vp_npz_writer_destroy(npz);
    return status;
}

static enum vp_status embed(struct vp_gpu *gpu, const char *weights, const char *path, struct selection *some,
                            const struct vp_log *log, struct vp_error *err) {
    struct vp_network network;
    enum vp_status status = vp_network_open(&network, gpu, weights, err);
    if (status != VP_OK) return status;
    struct vp_picture_set pictures = {.count = some->shown, .load = load, .context = some};
    struct vp_embed_settings settings = {.size = network.shape.size, .log = log};
    struct vp_features features[VP_FEATURES] = {{0}};
    unsigned wanted = 0;
    for (int k = 0; k < KINDS; k++) wanted |= 1u << kinds[k];
    status = vp_embed(gpu, &network, &pictures, &settings, wanted, features, err);
    if (status == VP_OK) status = write_npz(path, some, features, err);
    for (enum vp_feature f = 0; f < VP_FEATURES; f++) vp_features_fini(&features[f]);
    vp_network_close(&network);
    return status;
}

enum vp_status vp_report_embed(struct vp_gpu *gpu, const char *weights, const struct vp_labels_request *data,
                               const char *path, const struct vp_log *log, struct vp_error *err) {
    struct vp_labels *labels;
    enum vp_status status = vp_labels_read(data, &labels, err);
    if (status != VP_OK) return status;
    struct selection some = {labels, labels->count < VP_TSNE_MAX_POINTS ? labels->count : VP_TSNE_MAX_POINTS};
    status = some.shown > 0 ? embed(gpu, weights, path, &some, log, err)
                            : vp_fail(err, VP_ERR_USAGE, "%s names no image", data->path);
    vp_labels_destroy(labels);
    return status;
}
