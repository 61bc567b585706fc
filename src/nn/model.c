/* The register of the model's parameters: names, shapes and initialisation of method section 1. */
#include "vkpcl/model.h"
#include "nn/layers.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdio.h>

int64_t vp_model_channels(const struct vp_model_shape *shape, int64_t at_full_width) {
    int64_t channels = (int64_t)nearbyint((double)at_full_width * shape->width);
    return channels > 0 ? channels : 1;
}

int64_t vp_model_feature(const struct vp_model_shape *shape) {
    int64_t edge = shape->size / 16;
    return vp_model_channels(shape, 128) * edge * edge;
}

int64_t vp_model_projection(const struct vp_model_shape *shape) {
    return vp_model_channels(shape, 512);
}

static void add_attention(struct vp_params *params, const char *layer, int64_t channels) {
    static const char *const maps[] = {"g", "theta", "phi"};
    for (int i = 0; i < 3; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s.%s", layer, maps[i]);
        vp_layer_add_conv(params, name, channels, channels, 1, VP_INIT_CONV_OUT);
    }
}

static void add_encoder(struct vp_params *params, int64_t c64, int64_t c128, int64_t c256) {
    const struct {
        const char *name; /* of a convolution, or of an attention when size is 0 */
        int64_t k, c, size;
    } layers[] = {
        {"conv1.0", c64, 3, 7},
        {"conv1.2", c64, c64, 3},
        {"layer1.0", c64, c64, 3},
        {"layer1.2", c64, c64, 0},
        {"layer1.3", c64, c64, 3},
        {"layer2_1.0", c128, c64, 3},
        {"layer2_1.2", c128, c128, 0},
        {"layer2_1.3", c128, c128, 3},
        {"resblock1.conv1", c128, c128, 3},
        {"resblock1.conv2", c128, c128, 3},
        {"resblock2.conv1", c128, c128, 3},
        {"resblock2.conv2", c128, c128, 3},
        {"layer2_2.0", c128, c128, 3},
        {"layer2_2.2", c128, c128, 3},
        {"layer3_1.0", c256, c128, 3},
        {"layer3_1.2", c128, c256, 3},
        {"layer3_2_exp.0", c128, c128, 3},
        {"layer3_2_exp.2", c128, c128, 3},
        {"layer3_2_pose.0", c128, c128, 3},
        {"layer3_2_pose.2", c128, c128, 3},
    };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        char name[96];
        snprintf(name, sizeof name, "encoder.%s", layers[i].name);
        if (layers[i].size)
            vp_layer_add_conv(params, name, layers[i].k, layers[i].c, layers[i].size, VP_INIT_CONV_OUT);
        else
            add_attention(params, name, layers[i].k);
    }
}

static void add_head(struct vp_params *params, const char *head, int64_t feature, int64_t projection) {
    char name[64];
    snprintf(name, sizeof name, "%s.0", head);
    vp_layer_add_linear(params, name, feature, feature);
    snprintf(name, sizeof name, "%s.2", head);
    vp_layer_add_linear(params, name, projection, feature);
    snprintf(name, sizeof name, "%s.3", head);
    vp_layer_add_batch_norm(params, name, projection);
}

/* Number of the decoder's blocks: each doubles the edge, from 1 to size. */
static int decoder_blocks(const struct vp_model_shape *shape) {
    int blocks = 0;
    while ((1 << blocks) < shape->size) blocks++;
    return blocks;
}

/* Output channels of block i of n: 256 all the way, then 128, then RGB. */
static int64_t decoder_channels(const struct vp_model_shape *shape, int i, int blocks) {
    if (i == blocks - 1) return 3;
    return vp_model_channels(shape, i == blocks - 2 ? 128 : 256);
}

void vp_model_add_params(struct vp_params *params, const struct vp_model_shape *shape) {
    int blocks = decoder_blocks(shape);
    vp_assert(shape->size >= 16 && (1 << blocks) == shape->size, "size %d is not a power of two from 16 on",
              shape->size);
    int64_t feature = vp_model_feature(shape), projection = vp_model_projection(shape);
    int64_t latent = vp_model_channels(shape, 512), before = latent;
    add_encoder(params, vp_model_channels(shape, 64), vp_model_channels(shape, 128), vp_model_channels(shape, 256));
    add_head(params, "exp_fc", feature, projection);
    add_head(params, "pose_fc", feature, projection);
    vp_layer_add_linear(params, "decoder.fc", latent, feature);
    char name[64];
    for (int i = 0; i < blocks; i++) {
        int64_t channels = decoder_channels(shape, i, blocks);
        snprintf(name, sizeof name, "decoder.model.%d", 4 * i + 2);
        vp_layer_add_conv(params, name, channels, before, 3, VP_INIT_FAN_IN);
        snprintf(name, sizeof name, "decoder.model.%d", 4 * i + 3);
        if (i < blocks - 1) vp_layer_add_batch_norm(params, name, channels);
        before = channels;
    }
    vp_layer_add_statistics(params, "exp_fc.3", projection);
    vp_layer_add_statistics(params, "pose_fc.3", projection);
    for (int i = 0; i < blocks - 1; i++) {
        snprintf(name, sizeof name, "decoder.model.%d", 4 * i + 3);
        vp_layer_add_statistics(params, name, decoder_channels(shape, i, blocks));
    }
}
