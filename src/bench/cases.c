/* The table of the network's layers: what runs at which shape. Channels are those of width 1. */
#include "bench/cases.h"
#include <stdlib.h>

enum { FWD = VP_BENCH_BIT(VP_BENCH_FWD), BOTH = FWD | VP_BENCH_BIT(VP_BENCH_BWD) };
enum { SPLIT = FWD | VP_BENCH_BIT(VP_BENCH_BWD_DATA) | VP_BENCH_BIT(VP_BENCH_BWD_FILTER) };

/* Rows of a tensor, in terms of the step: 2B images through the encoder, 4B through the decoder, 2P + PK pose views. */
enum rows { ENCODED, DECODED, POSE_VIEWS, ONE };

static const struct layer {
    const char *op, *layer;
    struct vp_tensor *(*build)(struct vp_bench_build *build, const struct vp_bench_case *z);
    unsigned passes;
    enum rows rows;
    int edge; /* of the image at size 64 */
    int64_t c, k;
    int size, stride, kind;
} layers[] = {
    {"conv2d", "conv1.0", vp_bench_conv2d, SPLIT, ENCODED, 64, 3, 64, 7, 2, 0},
    {"conv2d", "conv1.2", vp_bench_conv2d, SPLIT, ENCODED, 32, 64, 64, 3, 1, 0},
    {"conv2d", "layer1.2.phi", vp_bench_conv2d, SPLIT, ENCODED, 32, 64, 64, 1, 1, 0},
    {"conv2d", "layer2_1.0", vp_bench_conv2d, SPLIT, ENCODED, 32, 64, 128, 3, 2, 0},
    {"conv2d", "layer2_1.2.phi", vp_bench_conv2d, SPLIT, ENCODED, 16, 128, 128, 1, 1, 0},
    {"conv2d", "resblock1.conv1", vp_bench_conv2d, SPLIT, ENCODED, 16, 128, 128, 3, 1, 0},
    {"conv2d", "layer2_2.0", vp_bench_conv2d, SPLIT, ENCODED, 16, 128, 128, 3, 2, 0},
    {"conv2d", "layer2_2.2", vp_bench_conv2d, SPLIT, ENCODED, 8, 128, 128, 3, 1, 0},
    {"conv2d", "layer3_1.0", vp_bench_conv2d, SPLIT, ENCODED, 8, 128, 256, 3, 2, 0},
    {"conv2d", "layer3_1.2", vp_bench_conv2d, SPLIT, ENCODED, 4, 256, 128, 3, 1, 0},
    {"conv2d", "layer3_2_exp.0", vp_bench_conv2d, SPLIT, ENCODED, 4, 128, 128, 3, 1, 0},
    {"conv2d", "decoder.model.2", vp_bench_conv2d, SPLIT, DECODED, 2, 512, 256, 3, 1, 0},
    {"conv2d", "decoder.model.6", vp_bench_conv2d, SPLIT, DECODED, 4, 256, 256, 3, 1, 0},
    {"conv2d", "decoder.model.10", vp_bench_conv2d, SPLIT, DECODED, 8, 256, 256, 3, 1, 0},
    {"conv2d", "decoder.model.14", vp_bench_conv2d, SPLIT, DECODED, 16, 256, 256, 3, 1, 0},
    {"conv2d", "decoder.model.18", vp_bench_conv2d, SPLIT, DECODED, 32, 256, 128, 3, 1, 0},
    {"conv2d", "decoder.model.22", vp_bench_conv2d, SPLIT, DECODED, 64, 128, 3, 3, 1, 0},
    {"random", "noise", vp_bench_random, FWD, ENCODED, 64, 3, 0, 0, 0, 0},
    {"act", "decoder tanh", vp_bench_act, BOTH, DECODED, 64, 3, 0, 0, 0, 0},
    {"add", "resblock1", vp_bench_add, BOTH, ENCODED, 16, 128, 0, 0, 0, 0},
    {"mul_add", "input", vp_bench_mul_add, FWD, ENCODED, 64, 3, 0, 0, 0, 0},
    {"upsample", "decoder.model.17", vp_bench_upsample, BOTH, DECODED, 16, 256, 0, 0, 0, 0},
    {"upsample", "decoder.model.21", vp_bench_upsample, BOTH, DECODED, 32, 128, 0, 0, 0, 0},
    {"linear", "exp_fc.0", vp_bench_linear, SPLIT, ENCODED, 4, 128, 2048, 0, 0, 0},
    {"linear", "exp_fc.2", vp_bench_linear, SPLIT, ENCODED, 4, 128, 512, 0, 0, 0},
    {"linear", "pose_fc.0", vp_bench_linear, SPLIT, POSE_VIEWS, 4, 128, 2048, 0, 0, 0},
    {"linear", "decoder.fc", vp_bench_linear, SPLIT, DECODED, 4, 128, 512, 0, 0, 0},
    {"matmul", "layer1.2 scores", vp_bench_matmul, BOTH, ENCODED, 32, 64, 0, 0, 0, 1},
    {"matmul", "layer1.2 mix", vp_bench_matmul, BOTH, ENCODED, 32, 64, 0, 0, 0, 0},
    {"matmul", "layer2_1.2 scores", vp_bench_matmul, BOTH, ENCODED, 16, 128, 0, 0, 0, 1},
    {"matmul", "layer2_1.2 mix", vp_bench_matmul, BOTH, ENCODED, 16, 128, 0, 0, 0, 0},
    {"adam", "all parameters", vp_bench_adam, FWD, ONE, 0, 0, 0, 0, 0, 0},
    {"batch_norm", "decoder.model.19", vp_bench_batch_norm, BOTH, DECODED, 32, 128, 0, 0, 0, 4},
    {"batch_norm", "exp_fc.3", vp_bench_batch_norm, BOTH, ENCODED, 1, 512, 0, 0, 0, 1},
    {"augment", "plain", vp_bench_augment, FWD, ENCODED, 64, 3, 0, 0, 0, 1},
    {"augment", "face views", vp_bench_augment, FWD, ENCODED, 64, 3, 0, 0, 0, 0},
    {"softmax", "layer1.2 theta", vp_bench_softmax, BOTH, ENCODED, 32, 64, 0, 0, 0, 1},
    {"softmax", "layer1.2 g", vp_bench_softmax, BOTH, ENCODED, 32, 64, 0, 0, 0, 0},
    {"l2_normalize", "decoder", vp_bench_l2_normalize, BOTH, DECODED, 4, 128, 0, 0, 0, 0},
    {"flatten", "face", vp_bench_flatten, BOTH, ENCODED, 4, 128, 0, 0, 0, 0},
    {"add_blocks", "decoder", vp_bench_add_blocks, BOTH, ENCODED, 4, 128, 0, 0, 0, 0},
    {"mae", "decodes", vp_bench_mae, BOTH, DECODED, 64, 3, 0, 0, 0, 0},
    {"orthogonality", "features", vp_bench_orthogonality, BOTH, ENCODED, 4, 128, 0, 0, 0, 0},
    {"infonce", "face", vp_bench_infonce, BOTH, ENCODED, 0, 512, 0, 0, 0, 0},
    {"infonce", "pose", vp_bench_infonce, BOTH, POSE_VIEWS, 0, 512, 0, 0, 0, 1},
    {"gather", "probe batch", vp_bench_gather, FWD, ENCODED, 4, 128, 0, 0, 0, 0},
    {"cross_entropy", "expressions", vp_bench_cross_entropy, BOTH, ENCODED, 0, 0, 0, 7, 0, 0},
    {"bce", "action units", vp_bench_bce, BOTH, ENCODED, 0, 0, 0, 8, 0, 0},
    {"cosine_embedding", "pairs", vp_bench_cosine_embedding, BOTH, ENCODED, 0, 512, 0, 0, 0, 0},
};
enum { LAYERS = (int)(sizeof layers / sizeof layers[0]) };

static int64_t rows_of(const struct vp_config *config, enum rows rows) {
    switch (rows) {
    case ENCODED:
        return 2 * (int64_t)config->data.batch;
    case DECODED:
        return 4 * (int64_t)config->data.batch;
    case POSE_VIEWS:
        return (int64_t)config->data.pose_batch * (2 + config->data.pose_negatives);
    default:
        return 1;
    }
}

static int64_t channels_of(const struct vp_model_shape *model, int64_t channels) {
    return channels <= 3 ? channels : vp_model_channels(model, channels);
}

struct vp_bench_case *vp_bench_cases(const struct vp_config *config, int *count) {
    struct vp_bench_case *cases = calloc(LAYERS, sizeof *cases);
    vp_assert(cases, "out of host memory for %d cases", LAYERS);
    const struct vp_model_shape model = {config->model.width, config->model.size};
    for (int i = 0; i < LAYERS; i++) {
        const struct layer *layer = &layers[i];
        int64_t edge = (int64_t)layer->edge * config->model.size / 64;
        cases[i] = (struct vp_bench_case){.op = layer->op,
                                          .layer = layer->layer,
                                          .build = layer->build,
                                          .passes = layer->passes,
                                          .n = rows_of(config, layer->rows),
                                          .h = edge > 0 ? edge : 1,
                                          .w = edge > 0 ? edge : 1,
                                          .c = channels_of(&model, layer->c),
                                          .k = channels_of(&model, layer->k),
                                          .size = layer->size,
                                          .stride = layer->stride,
                                          .kind = layer->kind};
        if (layer->build == vp_bench_linear) { /* features come flattened */
            cases[i].c *= cases[i].h * cases[i].w;
            if (layer->k == 2048) cases[i].k = cases[i].c;
        }
        if (layer->build == vp_bench_infonce && layer->kind == 1) { /* the pose loss needs both numbers */
            cases[i].h = config->data.pose_batch;
            cases[i].w = config->data.pose_negatives;
        }
        if (layer->build == vp_bench_augment) cases[i].stride = config->data.batch;
        if (layer->build == vp_bench_adam) {
            struct vp_params *params = vp_params_create();
            vp_model_add_params(params, &model);
            cases[i].n = params->parameter_count;
            vp_params_destroy(params);
        }
    }
    *count = LAYERS;
    return cases;
}

int vp_bench_op_names(const char **names, int capacity) {
    int count = 0;
    for (int i = 0; i < LAYERS && count < capacity; i++)
        if (i == 0 || layers[i].build != layers[i - 1].build) names[count++] = layers[i].op;
    return count;
}
