/* Weights from a file onto the device: find the file, find the shape, load group by group. */
#include "vkpcl/network.h"
#include "eval/hash.h"
#include "train/run.h"
#include "vkpcl/config.h"
#include "vkpcl/safetensors.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* First dimensions of an array of this rank; false: the file has none. */
static bool dimensions(const struct vp_safetensors *file, const char *name, int rank, int64_t dim[2]) {
    const struct vp_array *array = vp_safetensors_find(file, name);
    if (!array || array->rank != rank) return false;
    dim[0] = array->shape[0], dim[1] = array->shape[1];
    return true;
}

/* The widest layer gives the width most exactly: channels are rounded. */
static enum vp_status shape_from_arrays(const struct vp_safetensors *file, struct vp_model_shape *shape,
                                        struct vp_error *err) {
    int64_t dim[2], edge;
    *shape = (struct vp_model_shape){.size = 64};
    if (!dimensions(file, "encoder.layer3_1.0.weight", 4, dim))
        return vp_fail(
            err, VP_ERR_FORMAT,
            "%s holds no encoder of the method (encoder.layer3_1.0.weight is missing): expected a checkpoint "
            "of a run, or safetensors with the same names",
            vp_safetensors_path(file));
    shape->width = (double)dim[0] / 256;
    if (!dimensions(file, "exp_fc.2.weight", 2, dim)) return VP_OK;
    shape->width = (double)dim[0] / 512;
    edge = (int64_t)llround(sqrt((double)dim[1] / (double)vp_model_channels(shape, 128)));
    shape->size = (int)(16 * edge);
    return VP_OK;
}

static enum vp_status find_shape(const struct vp_safetensors *file, struct vp_network *network, struct vp_error *err) {
    const char *text = vp_safetensors_metadata(file, "config");
    if (!text) return shape_from_arrays(file, &network->shape, err);
    struct vp_config config;
    vp_config_init(&config);
    enum vp_status status =
        vp_config_parse(&config, text, strlen(text), vp_safetensors_path(file), &(struct vp_log){0}, err);
    network->shape = (struct vp_model_shape){config.model.width, config.model.size};
    network->grey = config.data.grey;
    return status;
}

static enum vp_status load_param(struct vp_network *network, const struct vp_safetensors *file, int index,
                                 struct vp_error *err) {
    const struct vp_param *param = &network->params->list[index];
    const struct vp_array *array = vp_safetensors_need(file, param->name, -1, param->shape.rank, param->shape.dim, err);
    if (!array) return err->status;
    float *values = malloc((size_t)param->count * sizeof *values);
    if (!values) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for %s", param->name);
    vp_array_to_f32(array, values);
    enum vp_status status = VP_OK;
    for (int64_t i = 0; i < param->count && status == VP_OK; i++)
        if (!isfinite(values[i]))
            status = vp_fail(err, VP_ERR_NONFINITE, "%s: %s holds NaN or infinity: take an earlier checkpoint",
                             vp_safetensors_path(file), param->name);
    if (strncmp(param->name, "decoder.", 8) != 0)
        network->hash =
            vp_hash_bytes(vp_hash_text(network->hash, param->name), values, (size_t)param->count * sizeof *values);
    if (status == VP_OK) status = vp_param_upload(network->params, param, param->value, values, err);
    free(values);
    return status;
}

/* All parameters whose names begin so; none is loaded when the file lacks one, unless the group is needed. */
static enum vp_status load_group(struct vp_network *network, const struct vp_safetensors *file, const char *prefix,
                                 bool needed, bool *loaded, struct vp_error *err) {
    const struct vp_params *params = network->params;
    size_t length = strlen(prefix);
    *loaded = false;
    for (int i = 0; i < params->count && !needed; i++)
        if (strncmp(params->list[i].name, prefix, length) == 0 && !vp_safetensors_find(file, params->list[i].name))
            return VP_OK;
    enum vp_status status = VP_OK;
    for (int i = 0; i < params->count && status == VP_OK; i++)
        if (strncmp(params->list[i].name, prefix, length) == 0) status = load_param(network, file, i, err);
    *loaded = status == VP_OK;
    return status;
}

static enum vp_status make_params(struct vp_network *network, struct vp_error *err) {
    int size = network->shape.size;
    if (size < 16 || (size & (size - 1)) != 0 || !(network->shape.width > 0))
        return vp_fail(err, VP_ERR_FORMAT, "%s: a network of width %g for %d px cannot be built", network->source,
                       network->shape.width, size);
    network->params = vp_params_create();
    vp_model_add_params(network->params, &network->shape);
    return vp_params_allocate(network->params, network->gpu, false, err);
}

static enum vp_status load(struct vp_network *network, const struct vp_safetensors *file, struct vp_error *err) {
    bool encoder, exp_fc = false, pose_fc = false;
    enum vp_status status = find_shape(file, network, err);
    if (status == VP_OK) status = make_params(network, err);
    if (status == VP_OK) status = load_group(network, file, "encoder.", true, &encoder, err);
    if (status == VP_OK) status = load_group(network, file, "exp_fc.", false, &exp_fc, err);
    if (status == VP_OK) status = load_group(network, file, "pose_fc.", false, &pose_fc, err);
    if (status == VP_OK) status = load_group(network, file, "decoder.", false, &network->decoder, err);
    network->heads = exp_fc && pose_fc;
    return status;
}

static enum vp_status newest_in(const char *folder, char *path, size_t bytes, struct vp_error *err) {
    struct vp_error none;
    if (vp_checkpoint_newest(folder, path, bytes, &none) == VP_OK) return VP_OK;
    return vp_fail(err, VP_ERR_IO,
                   "%s holds no checkpoint (checkpoint-NNNNNNNN.safetensors): weights are wanted, a run's folder or a "
                   "safetensors file",
                   folder);
}

enum vp_status vp_network_open(struct vp_network *network, struct vp_gpu *gpu, const char *path, struct vp_error *err) {
    *network = (struct vp_network){.gpu = gpu};
    struct stat info;
    enum vp_status status = VP_OK;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        status = newest_in(path, network->source, sizeof network->source, err);
    else if (snprintf(network->source, sizeof network->source, "%s", path) >= (int)sizeof network->source)
        status = vp_fail(err, VP_ERR_IO, "the path %.80s... is too long", path);
    if (status != VP_OK) return status;
    struct vp_safetensors *file = vp_safetensors_open(network->source, err);
    status = file ? load(network, file, err) : err->status;
    vp_safetensors_close(file);
    if (status != VP_OK) vp_network_close(network);
    return status;
}

enum vp_status vp_network_random(struct vp_network *network, struct vp_gpu *gpu, const struct vp_model_shape *shape,
                                 uint64_t seed, struct vp_error *err) {
    *network = (struct vp_network){.gpu = gpu, .shape = *shape, .heads = true, .decoder = true};
    snprintf(network->source, sizeof network->source, "random weights (width %g, seed %llu)", shape->width,
             (unsigned long long)seed);
    network->hash = vp_hash_word(vp_hash_text((uint64_t)shape->size, network->source), seed);
    enum vp_status status = make_params(network, err);
    if (status == VP_OK) status = vp_params_init(network->params, seed, err);
    if (status != VP_OK) vp_network_close(network);
    return status;
}

void vp_network_close(struct vp_network *network) {
    vp_params_destroy(network->params);
    *network = (struct vp_network){0};
}
