/* The projection heads and the decoder. */
#include "nn/layers.h"
#include "vkpcl/model.h"
#include "vkpcl/ops/act.h"
#include "vkpcl/ops/l2_normalize.h"
#include "vkpcl/ops/upsample.h"
#include <stdio.h>

struct vp_tensor *vp_projection(struct vp_weights *weights, const char *head, struct vp_tensor *feature) {
    char name[128];
    snprintf(name, sizeof name, "%s.0", head);
    struct vp_tensor *x = vp_layer_linear(weights, name, feature, VP_RELU);
    snprintf(name, sizeof name, "%s.2", head);
    x = vp_layer_linear(weights, name, x, VP_PLAIN);
    snprintf(name, sizeof name, "%s.3", head);
    return vp_layer_batch_norm(weights, name, x, 1);
}

/* Blocks of [ReLU, upsample, conv 3x3], batch norm behind all but the last; tanh at the end. In the published network
 * the modules count 0 ReLU, 1 upsample, 2 conv, 3 batch norm, 4 ReLU, ... */
struct vp_tensor *vp_decoder(struct vp_weights *weights, struct vp_tensor *feature, int calls, int size) {
    struct vp_tape *tape = weights->tape;
    vp_tape_scope(tape, "decoder");
    struct vp_tensor *x = vp_l2_normalize(tape, feature);
    x = vp_layer_linear(weights, "decoder.fc", x, VP_PLAIN);
    x = vp_reshape(tape, x, vp_shape4(x->shape.dim[0], 1, 1, x->shape.dim[1]));
    for (int block = 0, edge = 2; edge <= size; block++, edge *= 2) {
        char name[64];
        snprintf(name, sizeof name, "decoder.model.%d", 4 * block + 2);
        vp_tape_scope(tape, name);
        x = vp_upsample(tape, x, VP_RELU);
        x = vp_layer_conv(weights, name, x, 1, VP_PLAIN);
        if (edge == size) break;
        snprintf(name, sizeof name, "decoder.model.%d", 4 * block + 3);
        x = vp_layer_batch_norm(weights, name, x, calls);
    }
    return vp_act(tape, x, &(struct vp_act_desc){VP_ACT_TANH, 0});
}
