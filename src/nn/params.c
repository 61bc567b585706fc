/* The register of parameters and their device memory. */
#include "vkpcl/params.h"
#include "vkpcl/rng.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vp_params *vp_params_create(void) {
    struct vp_arena *arena = vp_arena_create();
    struct vp_params *params = vp_arena_new(arena, struct vp_params);
    params->arena = arena;
    return params;
}

void vp_params_destroy(struct vp_params *params) {
    if (!params) return;
    struct vp_range ranges[] = {params->value, params->grad, params->m, params->v};
    for (int i = 0; i < 4; i++)
        if (ranges[i].block) vp_gpu_free(params->gpu, ranges[i]);
    free(params->list);
    vp_arena_destroy(params->arena);
}

void vp_params_add(struct vp_params *params, const char *name, struct vp_shape shape, bool trainable,
                   enum vp_param_init init, int64_t fan_in) {
    vp_assert(!params->gpu, "%s added after the memory was taken", name);
    vp_assert(!trainable || params->trainable_elements == params->elements, "%s comes behind a running statistic",
              name);
    vp_assert(vp_params_find(params, name) < 0, "%s added twice", name);
    if (params->count == params->capacity) {
        params->capacity = params->capacity ? 2 * params->capacity : 64;
        params->list = realloc(params->list, (size_t)params->capacity * sizeof *params->list);
        vp_assert(params->list, "no host memory for %d parameters", params->capacity);
    }
    struct vp_param *param = &params->list[params->count++];
    *param = (struct vp_param){.name = vp_arena_strdup(params->arena, name),
                               .shape = shape,
                               .trainable = trainable,
                               .init = init,
                               .fan_in = fan_in,
                               .offset = params->elements,
                               .count = vp_shape_count(shape)};
    params->elements += (param->count + VP_PARAM_ALIGN - 1) / VP_PARAM_ALIGN * VP_PARAM_ALIGN;
    if (!trainable) return;
    params->trainable_elements = params->elements;
    params->parameter_count += param->count;
}

int vp_params_find(const struct vp_params *params, const char *name) {
    for (int i = 0; i < params->count; i++)
        if (strcmp(params->list[i].name, name) == 0) return i;
    return -1;
}

uint64_t vp_params_bytes(const struct vp_params *params, bool training) {
    return 4 * (uint64_t)(params->elements + (training ? 3 * params->trainable_elements : 0));
}

static struct vp_range part_of(struct vp_range whole, const struct vp_param *param) {
    return (struct vp_range){whole.block, whole.offset + 4 * (uint64_t)param->offset, 4 * (uint64_t)param->count};
}

enum vp_status vp_params_allocate(struct vp_params *params, struct vp_gpu *gpu, bool training, struct vp_error *err) {
    struct {
        const char *label;
        struct vp_range *range;
        int64_t elements;
    } buffers[] = {{"parameters", &params->value, params->elements},
                   {"gradients", &params->grad, params->trainable_elements},
                   {"first moments", &params->m, params->trainable_elements},
                   {"second moments", &params->v, params->trainable_elements}};
    params->gpu = gpu;
    for (int i = 0; i < (training ? 4 : 1); i++) {
        enum vp_status status =
            vp_gpu_alloc(gpu, 4 * (uint64_t)buffers[i].elements, buffers[i].label, buffers[i].range, err);
        if (status == VP_OK) status = vp_gpu_fill(gpu, *buffers[i].range, 0, err);
        if (status != VP_OK) return status;
    }
    for (int i = 0; i < params->count; i++) {
        struct vp_param *param = &params->list[i];
        param->value = part_of(params->value, param);
        if (!training || !param->trainable) continue;
        param->grad = part_of(params->grad, param);
        param->m = part_of(params->m, param);
        param->v = part_of(params->v, param);
    }
    return VP_OK;
}

static float initial_value(const struct vp_param *param, int index, uint64_t seed, int64_t j) {
    uint64_t stream = vp_rng_stream(VP_RNG_INIT, (uint32_t)index);
    const int64_t *dim = param->shape.dim;
    switch (param->init) {
    case VP_INIT_ONE:
        return 1.0f;
    case VP_INIT_CONV_OUT:
        return (float)sqrt(2.0 / (double)(dim[0] * dim[2] * dim[3])) * vp_rng_normal(seed, stream, (uint64_t)j);
    case VP_INIT_FAN_IN:
        return (float)(1.0 / sqrt((double)param->fan_in)) * (2.0f * vp_rng_uniform(seed, stream, (uint64_t)j) - 1.0f);
    case VP_INIT_ZERO:
        break;
    }
    return 0.0f;
}

enum vp_status vp_params_init(struct vp_params *params, uint64_t seed, struct vp_error *err) {
    for (int i = 0; i < params->count; i++) {
        const struct vp_param *param = &params->list[i];
        float *values = malloc((size_t)param->count * sizeof *values);
        if (!values) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to initialise %s", param->name);
        for (int64_t j = 0; j < param->count; j++) values[j] = initial_value(param, i, seed, j);
        enum vp_status status = vp_param_upload(params, param, param->value, values, err);
        free(values);
        if (status != VP_OK) return status;
    }
    return VP_OK;
}

/* Filters: (K, C, R, S) in files, (K, R, S, C) on the device. Everything else is the same in both. */
static void reorder_filter(const struct vp_param *param, const float *from, float *to, bool to_device) {
    const int64_t *dim = param->shape.dim, taps = dim[2] * dim[3];
    for (int64_t k = 0; k < dim[0]; k++)
        for (int64_t c = 0; c < dim[1]; c++)
            for (int64_t rs = 0; rs < taps; rs++) {
                int64_t in_file = (k * dim[1] + c) * taps + rs, on_device = (k * taps + rs) * dim[1] + c;
                if (to_device)
                    to[on_device] = from[in_file];
                else
                    to[in_file] = from[on_device];
            }
}

enum vp_status vp_param_upload(struct vp_params *params, const struct vp_param *param, struct vp_range which,
                               const float *data, struct vp_error *err) {
    if (param->shape.rank != 4) return vp_gpu_upload(params->gpu, which, data, err);
    float *ordered = malloc((size_t)param->count * sizeof *ordered);
    if (!ordered) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to convert %s", param->name);
    reorder_filter(param, data, ordered, true);
    enum vp_status status = vp_gpu_upload(params->gpu, which, ordered, err);
    free(ordered);
    return status;
}

enum vp_status vp_param_download(struct vp_params *params, const struct vp_param *param, struct vp_range which,
                                 float *data, struct vp_error *err) {
    if (param->shape.rank != 4) return vp_gpu_download(params->gpu, which, data, err);
    float *ordered = malloc((size_t)param->count * sizeof *ordered);
    if (!ordered) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to convert %s", param->name);
    enum vp_status status = vp_gpu_download(params->gpu, which, ordered, err);
    if (status == VP_OK) reorder_filter(param, ordered, data, false);
    free(ordered);
    return status;
}
