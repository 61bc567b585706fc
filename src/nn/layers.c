/* Layers by name. */
#include "nn/layers.h"
#include "vkpcl/ops/batch_norm.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/ops/linear.h"
#include <stdio.h>

struct vp_tensor *vp_layer_param(struct vp_weights *weights, const char *layer, const char *suffix) {
    char name[128];
    snprintf(name, sizeof name, "%s.%s", layer, suffix);
    return vp_weights_get(weights, name);
}

struct vp_tensor *vp_layer_conv(struct vp_weights *weights, const char *layer, struct vp_tensor *x, int stride,
                                float slope) {
    struct vp_tensor *w = vp_layer_param(weights, layer, "weight"), *b = vp_layer_param(weights, layer, "bias");
    int pad = (int)(w->shape.dim[1] - 1) / 2;
    vp_tape_scope(weights->tape, layer);
    return vp_conv2d(weights->tape, x, w, b, &(struct vp_conv2d_desc){stride, pad, slope});
}

struct vp_tensor *vp_layer_conv_float(struct vp_weights *weights, const char *layer, struct vp_tensor *x, float slope) {
    bool half = vp_tape_stores_half(weights->tape);
    vp_tape_store_half(weights->tape, false);
    struct vp_tensor *y = vp_layer_conv(weights, layer, x, 1, slope);
    vp_tape_store_half(weights->tape, half);
    return y;
}

struct vp_tensor *vp_layer_linear(struct vp_weights *weights, const char *layer, struct vp_tensor *x, float slope) {
    struct vp_tensor *w = vp_layer_param(weights, layer, "weight"), *b = vp_layer_param(weights, layer, "bias");
    vp_tape_scope(weights->tape, layer);
    return vp_linear(weights->tape, x, w, b, &(struct vp_linear_desc){slope});
}

struct vp_tensor *vp_layer_batch_norm(struct vp_weights *weights, const char *layer, struct vp_tensor *x, int calls) {
    vp_tape_scope(weights->tape, layer);
    return vp_batch_norm(weights->tape, x, vp_layer_param(weights, layer, "weight"),
                         vp_layer_param(weights, layer, "bias"), vp_layer_param(weights, layer, "running_mean"),
                         vp_layer_param(weights, layer, "running_var"),
                         &(struct vp_batch_norm_desc){.groups = calls, .eps = 1e-5f, .momentum = 0.1f});
}

static void add(struct vp_params *params, const char *layer, const char *suffix, struct vp_shape shape, bool trainable,
                enum vp_param_init init, int64_t fan_in) {
    char name[128];
    snprintf(name, sizeof name, "%s.%s", layer, suffix);
    vp_params_add(params, name, shape, trainable, init, fan_in);
}

void vp_layer_add_conv(struct vp_params *params, const char *layer, int64_t k, int64_t c, int64_t size,
                       enum vp_param_init init) {
    int64_t fan_in = c * size * size;
    add(params, layer, "weight", vp_shape4(k, c, size, size), true, init, fan_in);
    add(params, layer, "bias", vp_shape1(k), true, init == VP_INIT_CONV_OUT ? VP_INIT_ZERO : init, fan_in);
}

void vp_layer_add_linear(struct vp_params *params, const char *layer, int64_t out, int64_t in) {
    add(params, layer, "weight", vp_shape2(out, in), true, VP_INIT_FAN_IN, in);
    add(params, layer, "bias", vp_shape1(out), true, VP_INIT_FAN_IN, in);
}

void vp_layer_add_batch_norm(struct vp_params *params, const char *layer, int64_t channels) {
    add(params, layer, "weight", vp_shape1(channels), true, VP_INIT_ONE, 0);
    add(params, layer, "bias", vp_shape1(channels), true, VP_INIT_ZERO, 0);
}

void vp_layer_add_statistics(struct vp_params *params, const char *layer, int64_t channels) {
    add(params, layer, "running_mean", vp_shape1(channels), false, VP_INIT_ZERO, 0);
    add(params, layer, "running_var", vp_shape1(channels), false, VP_INIT_ONE, 0);
}
