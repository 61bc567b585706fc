/* The encoder: a trunk without batch norm, with two channel attentions, and one branch each for face and pose. */
#include "nn/layers.h"
#include "vkpcl/model.h"
#include "vkpcl/ops/add.h"
#include "vkpcl/ops/flatten.h"
#include "vkpcl/ops/matmul.h"
#include "vkpcl/ops/softmax.h"
#include <stdio.h>

/* y = lrelu(x + S g) with S = phi theta^T (C x C), theta a softmax over the positions, g over the channels.
 * Channels-last, the three maps are (n, positions, C) matrices, so S = phi^T theta and S g is g S^T. */
static struct vp_tensor *attention(struct vp_weights *weights, const char *layer, struct vp_tensor *x) {
    struct vp_tape *tape = weights->tape;
    struct vp_tensor *map[3]; /* (n, h * w, c) */
    static const char *const names[3] = {"phi", "theta", "g"};
    const int64_t *dim = x->shape.dim;
    struct vp_shape matrix = vp_shape3(dim[0], dim[1] * dim[2], dim[3]);
    for (int i = 0; i < 3; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s.%s", layer, names[i]);
        map[i] = vp_reshape(tape, vp_layer_conv_float(weights, name, x, VP_PLAIN), matrix);
    }
    vp_tape_scope(tape, layer);
    struct vp_tensor *theta = vp_softmax(tape, map[1], &(struct vp_softmax_desc){VP_SOFTMAX_ROWS});
    struct vp_tensor *g = vp_softmax(tape, map[2], &(struct vp_softmax_desc){VP_SOFTMAX_COLUMNS});
    struct vp_tensor *s = vp_matmul(tape, map[0], theta, &(struct vp_matmul_desc){.transpose_a = true}); /* (n, c, c) */
    struct vp_tensor *y = vp_matmul(tape, g, s, &(struct vp_matmul_desc){.transpose_b = true});
    return vp_add(tape, x, vp_reshape(tape, y, x->shape), VP_LEAKY);
}

static struct vp_tensor *residual(struct vp_weights *weights, const char *block, struct vp_tensor *x) {
    char name[128];
    snprintf(name, sizeof name, "%s.conv1", block);
    struct vp_tensor *y = vp_layer_conv(weights, name, x, 1, VP_LEAKY);
    snprintf(name, sizeof name, "%s.conv2", block);
    y = vp_layer_conv(weights, name, y, 1, VP_PLAIN);
    vp_tape_scope(weights->tape, block);
    return vp_add(weights->tape, x, y, VP_LEAKY);
}

struct vp_tensor *vp_encoder_trunk(struct vp_weights *weights, struct vp_tensor *images) {
    struct vp_tensor *x = images;
    x = vp_layer_conv(weights, "encoder.conv1.0", x, 2, VP_LEAKY);
    x = vp_layer_conv(weights, "encoder.conv1.2", x, 1, VP_LEAKY);
    x = vp_layer_conv(weights, "encoder.layer1.0", x, 1, VP_LEAKY);
    x = attention(weights, "encoder.layer1.2", x);
    x = vp_layer_conv(weights, "encoder.layer1.3", x, 1, VP_LEAKY);
    x = vp_layer_conv(weights, "encoder.layer2_1.0", x, 2, VP_LEAKY);
    x = attention(weights, "encoder.layer2_1.2", x);
    x = vp_layer_conv(weights, "encoder.layer2_1.3", x, 1, VP_LEAKY);
    x = residual(weights, "encoder.resblock1", x);
    x = residual(weights, "encoder.resblock2", x);
    x = vp_layer_conv(weights, "encoder.layer2_2.0", x, 2, VP_LEAKY);
    x = vp_layer_conv(weights, "encoder.layer2_2.2", x, 1, VP_LEAKY);
    x = vp_layer_conv(weights, "encoder.layer3_1.0", x, 2, VP_LEAKY);
    x = vp_layer_conv(weights, "encoder.layer3_1.2", x, 1, VP_LEAKY);
    return x;
}

static struct vp_tensor *branch(struct vp_weights *weights, const char *first, const char *second,
                                struct vp_tensor *trunk) {
    struct vp_tensor *x = vp_layer_conv(weights, first, trunk, 1, VP_LEAKY);
    return vp_flatten(weights->tape, vp_layer_conv_float(weights, second, x, VP_LEAKY));
}

struct vp_tensor *vp_encoder_face(struct vp_weights *weights, struct vp_tensor *trunk) {
    return branch(weights, "encoder.layer3_2_exp.0", "encoder.layer3_2_exp.2", trunk);
}

struct vp_tensor *vp_encoder_pose(struct vp_weights *weights, struct vp_tensor *trunk) {
    return branch(weights, "encoder.layer3_2_pose.0", "encoder.layer3_2_pose.2", trunk);
}
