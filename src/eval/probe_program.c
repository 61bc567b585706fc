/* The two graphs of a probe: one training step, and the outputs for some rows. */
#include "eval/probe_internal.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/ops/batch_norm.h"
#include "vkpcl/ops/bce.h"
#include "vkpcl/ops/cosine_embedding.h"
#include "vkpcl/ops/cross_entropy.h"
#include "vkpcl/ops/gather.h"
#include "vkpcl/ops/linear.h"
#include "vkpcl/ops/mae.h"

/* Rows of the features through batch norm and the linear layer. */
static struct vp_tensor *build_model(struct vp_probe *probe, struct vp_tape *tape, struct vp_weights *weights,
                                     struct vp_tensor *index) {
    struct vp_tensor *features = vp_tape_external(tape, "features", vp_shape2(probe->data->rows, probe->data->columns),
                                                  VP_F32, &probe->data->features, NULL);
    struct vp_tensor *x = vp_gather(tape, features, index);
    if (probe->desc.batch_norm)
        x = vp_batch_norm(tape, x, vp_weights_get(weights, "norm.weight"), vp_weights_get(weights, "norm.bias"),
                          vp_weights_get(weights, "norm.running_mean"), vp_weights_get(weights, "norm.running_var"),
                          &(struct vp_batch_norm_desc){.groups = 1, .eps = 1e-5f, .momentum = 0.1f});
    return vp_linear(tape, x, vp_weights_get(weights, "linear.weight"), vp_weights_get(weights, "linear.bias"),
                     &(struct vp_linear_desc){1.0f});
}

static struct vp_tensor *build_loss(const struct vp_probe *probe, struct vp_tape *tape, struct vp_tensor *output,
                                    struct vp_tensor *target) {
    int64_t batch = probe->desc.batch;
    struct vp_tensor *sides[2];
    switch (probe->desc.loss) {
    case VP_PROBE_BCE:
        return vp_bce(tape, output, target);
    case VP_PROBE_L1:
        return vp_mae(tape, output, target, &(struct vp_mae_desc){.images = batch, .blocks = 1});
    case VP_PROBE_COSINE:
        vp_split_rows(tape, output, 2, (const int64_t[]){batch, batch}, sides);
        return vp_cosine_embedding(tape, sides[0], sides[1], target, &(struct vp_cosine_embedding_desc){0});
    case VP_PROBE_CROSS_ENTROPY:
        break;
    }
    return vp_cross_entropy(tape, output, target);
}

static struct vp_tensor *words_of(struct vp_tape *tape, const char *name, int64_t count, const struct vp_range *range) {
    return vp_tape_external(tape, name, vp_shape1(count), VP_U32, range, NULL);
}

static void build_adam(struct vp_probe *probe, struct vp_tape *tape) {
    struct vp_params *params = probe->params;
    struct vp_shape all = vp_shape1(params->trainable_elements);
    struct vp_adam_tensors tensors = {
        .p = vp_tape_external(tape, "parameters", all, VP_F32, &params->value, NULL),
        .g = vp_tape_external(tape, "gradients", all, VP_F32, &params->grad, NULL),
        .m = vp_tape_external(tape, "first moments", all, VP_F32, &params->m, NULL),
        .v = vp_tape_external(tape, "second moments", all, VP_F32, &params->v, NULL),
        .chunks = words_of(tape, "chunks", params->trainable_elements / VP_PARAM_ALIGN, &probe->chunks),
        .step = words_of(tape, "Adam's step", vp_adam_words(&probe->adam), &probe->adam_words)};
    probe->report = vp_adam_step(
        tape, &tensors,
        &(struct vp_adam_desc){
            .parameters = probe->adam.parameters, .beta1 = probe->adam.beta1, .beta2 = probe->adam.beta2, .eps = 1e-8});
}

static void build_step(struct vp_probe *probe) {
    struct vp_tape *tape = probe->train;
    struct vp_weights *weights = vp_weights_create(probe->params, tape);
    int64_t batch = probe->desc.batch, rows = probe->desc.loss == VP_PROBE_COSINE ? 2 * batch : batch;
    struct vp_tensor *output =
        build_model(probe, tape, weights, words_of(tape, "feature rows", rows, &probe->feature_index));
    struct vp_tensor *targets =
        vp_tape_external(tape, "targets", vp_shape2(probe->data->target_rows, probe->data->outputs), VP_F32,
                         &probe->data->targets, NULL);
    struct vp_tensor *target = vp_gather(tape, targets, words_of(tape, "target rows", batch, &probe->target_index));
    probe->loss = build_loss(probe, tape, output, target);
    vp_tape_keep(tape, probe->loss);
    vp_tape_seed(tape, probe->loss, &probe->seed);
    vp_tape_backward(tape);
    for (int i = 0; i < probe->params->count; i++) probe->has_gradient[i] = vp_weights_has_grad(weights, i);
    build_adam(probe, tape);
}

void vp_probe_build(struct vp_probe *probe) {
    build_step(probe);
    struct vp_tape *tape = probe->predict;
    vp_tape_set_training(tape, false);
    probe->predict_index = vp_tape_input(tape, "rows", vp_shape1(VP_PREDICT_ROWS), VP_U32, false);
    probe->output = build_model(probe, tape, vp_weights_create(probe->params, tape), probe->predict_index);
    vp_tape_keep(tape, probe->output);
}
