/* The inputs of a real run, iteration by iteration, as `vkpcl replay` reads them (method, section 7): so that another
 * implementation can follow the run on the same images and random numbers. */
#include "train/checkpoint_internal.h"
#include "vkpcl/file.h"
#include "vkpcl/npz.h"
#include "vkpcl/safetensors.h"
#include <stdlib.h>
#include <string.h>

static enum vp_status dump_path(const struct vp_run *run, const char *name, char path[VP_PATH_BYTES],
                                struct vp_error *err) {
    const char *folder = run->request->dump_inputs;
    if (snprintf(path, VP_PATH_BYTES, "%s/%s", folder, name) < VP_PATH_BYTES) return VP_OK;
    return vp_fail(err, VP_ERR_IO, "the path of the folder for inputs is too long: %.200s...", folder);
}

static struct vp_array param_array(const struct vp_param *param) {
    struct vp_array array = {.type = VP_ARRAY_F32, .rank = param->shape.rank};
    memcpy(array.shape, param->shape.dim, sizeof(int64_t) * (size_t)array.rank);
    return array;
}

static enum vp_status write_weights(struct vp_params *params, struct vp_safetensors_writer *writer, const char *path,
                                    struct vp_error *err) {
    for (int i = 0; i < params->count; i++) {
        struct vp_array array = param_array(&params->list[i]);
        vp_safetensors_declare(writer, params->list[i].name, &array);
    }
    enum vp_status status = vp_safetensors_begin(writer, path, err);
    for (int i = 0; status == VP_OK && i < params->count; i++) {
        const struct vp_param *param = &params->list[i];
        size_t bytes = (size_t)param->count * sizeof(float);
        float *data = malloc(bytes);
        if (!data) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to write %s", param->name);
        status = vp_param_download(params, param, param->value, data, err);
        if (status == VP_OK) vp_safetensors_data(writer, data, bytes);
        free(data);
    }
    return status == VP_OK ? vp_safetensors_commit(writer, err) : status;
}

enum vp_status vp_run_dump_init(struct vp_run *run, struct vp_error *err) {
    char path[VP_PATH_BYTES];
    enum vp_status status = vp_make_folder(run->request->dump_inputs, err);
    if (status == VP_OK) status = dump_path(run, "init.safetensors", path, err);
    if (status != VP_OK) return status;
    struct vp_safetensors_writer *writer = vp_safetensors_writer_create();
    status = write_weights(run->params, writer, path, err);
    vp_safetensors_writer_destroy(writer);
    return status;
}

/* Rows first .. first + groups * per_group - 1 of a channels-last tensor, under one key as (groups, 3, size, size) or,
 * with per_group > 0, (groups, per_group, 3, size, size). */
struct part {
    const char *key;
    const struct vp_tensor *from;
    int64_t first, groups, per_group;
};

static enum vp_status fetch_rows(struct vp_gpu *gpu, const struct part *part, int64_t rows, float *data,
                                 struct vp_error *err) {
    struct vp_range range = vp_tensor_range(part->from);
    uint64_t row = 4 * (uint64_t)(vp_shape_count(part->from->shape) / part->from->shape.dim[0]);
    range.offset += (uint64_t)part->first * row;
    range.bytes = (uint64_t)rows * row;
    return vp_gpu_download(gpu, range, data, err);
}

static void to_channels_first(const float *from, float *to, int64_t images, int64_t area) {
    for (int64_t n = 0; n < images; n++)
        for (int64_t c = 0; c < 3; c++)
            for (int64_t i = 0; i < area; i++) to[(n * 3 + c) * area + i] = from[(n * area + i) * 3 + c];
}

static enum vp_status add_images(struct vp_npz_writer *npz, struct vp_gpu *gpu, const struct part *part,
                                 struct vp_error *err) {
    int64_t size = part->from->shape.dim[1], rows = part->groups * (part->per_group ? part->per_group : 1);
    struct vp_array array = {.type = VP_ARRAY_F32, .rank = 4, .shape = {rows, 3, size, size}};
    if (part->per_group)
        array =
            (struct vp_array){.type = VP_ARRAY_F32, .rank = 5, .shape = {part->groups, part->per_group, 3, size, size}};
    size_t bytes = vp_array_bytes(&array);
    float *rows_last = malloc(bytes);
    array.data = malloc(bytes);
    enum vp_status status = rows_last && array.data
                                ? fetch_rows(gpu, part, rows, rows_last, err)
                                : vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to write %s", part->key);
    if (status == VP_OK) {
        to_channels_first(rows_last, array.data, rows, size * size);
        status = vp_npz_add_owned(npz, part->key, &array, err);
    } else {
        free(array.data);
    }
    free(rows_last);
    return status;
}

/* A tensor as it is; 32-bit words become int64. */
static enum vp_status add_plain(struct vp_npz_writer *npz, const struct vp_phase *phase, const char *name,
                                const struct vp_tensor *x, struct vp_error *err) {
    char key[64];
    snprintf(key, sizeof key, "%s.%s", vp_phase_name(phase->kind), name);
    bool words = x->dtype == VP_U32;
    struct vp_array array = {.type = words ? VP_ARRAY_I64 : VP_ARRAY_F32, .rank = x->shape.rank};
    memcpy(array.shape, x->shape.dim, sizeof(int64_t) * (size_t)array.rank);
    array.data = malloc(vp_array_bytes(&array));
    if (!array.data) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to write %s", key);
    enum vp_status status = vp_tensor_download(phase->tape, x, array.data, err);
    if (status != VP_OK) {
        free(array.data);
        return status;
    }
    for (int64_t i = vp_shape_count(x->shape) - 1; words && i >= 0; i--) { /* widened in place, back to front */
        uint32_t word;
        memcpy(&word, (char *)array.data + 4 * i, sizeof word);
        ((int64_t *)array.data)[i] = word;
    }
    return vp_npz_add_owned(npz, key, &array, err);
}

static enum vp_status add_phase(struct vp_npz_writer *npz, const struct vp_phase *phase, struct vp_error *err) {
    int64_t b = phase->settings.batch, p = phase->settings.pose_batch, k = phase->settings.negatives;
    const struct part parts[VP_PHASES][3] = {
        {{"recon.image", phase->images, 0, b, 0},
         {"recon.noise", phase->noise, 0, b, 0},
         {"recon.noise_flipped", phase->noise, b, b, 0}},
        {{"face.view1", phase->images, 0, b, 0}, {"face.view2", phase->images, b, b, 0}, {NULL, NULL, 0, 0, 0}},
        {{"pose.view1", phase->images, 0, p, 0},
         {"pose.view2", phase->images, p, p, 0},
         {"pose.negatives", phase->images, 2 * p, p, k}}};
    enum vp_status status = VP_OK;
    for (int i = 0; i < 3 && status == VP_OK; i++)
        if (parts[phase->kind][i].key) status = add_images(npz, vp_tape_gpu(phase->tape), &parts[phase->kind][i], err);
    if (phase->kind == VP_PHASE_RECON) return status;
    if (status == VP_OK) status = add_plain(npz, phase, "mix", phase->mix, err);
    return status == VP_OK ? add_plain(npz, phase, "perm", phase->perm, err) : status;
}

enum vp_status vp_run_dump_inputs(struct vp_run *run, int64_t iteration, struct vp_error *err) {
    char name[32], path[VP_PATH_BYTES];
    snprintf(name, sizeof name, "it%06lld.npz", (long long)iteration);
    enum vp_status status = vp_make_folder(run->request->dump_inputs, err);
    if (status == VP_OK) status = dump_path(run, name, path, err);
    if (status != VP_OK) return status;
    struct vp_npz_writer *npz = vp_npz_writer_create(path, false, err);
    if (!npz) return err->status;
    for (int i = 0; status == VP_OK && i < VP_PHASES; i++)
        if (run->phase[i]) status = add_phase(npz, run->phase[i], err);
    if (status == VP_OK) status = vp_npz_commit(npz, err);
    vp_npz_writer_destroy(npz);
    return status;
}
