/* Parameters as tensors of a tape. */
#include "vkpcl/params.h"
#include "vkpcl/status.h"

struct vp_weights *vp_weights_create(struct vp_params *params, struct vp_tape *tape) {
    struct vp_arena *arena = vp_tape_arena(tape);
    struct vp_weights *weights = vp_arena_new(arena, struct vp_weights);
    *weights = (struct vp_weights){
        .params = params,
        .tape = tape,
        .values = vp_tape_external(tape, "parameters", vp_shape1(params->elements), VP_F32, &params->value, NULL),
        .tensor = vp_arena_array(arena, struct vp_tensor *, params->count)};
    weights->values->storage->value->constant = true; /* Adam comes behind everything that reads them */
    if (vp_tape_training(tape))
        weights->gradients =
            vp_tape_external(tape, "gradients", vp_shape1(params->trainable_elements), VP_F32, &params->grad, NULL);
    return weights;
}

/* The shape on the device: filters are (k, r, s, c). */
static struct vp_shape device_shape(const struct vp_param *param) {
    const int64_t *dim = param->shape.dim;
    return param->shape.rank == 4 ? vp_shape4(dim[0], dim[2], dim[3], dim[1]) : param->shape;
}

struct vp_tensor *vp_weights_get(struct vp_weights *weights, const char *name) {
    int i = vp_params_find(weights->params, name);
    vp_assert(i >= 0, "no parameter %s", name);
    if (weights->tensor[i]) return weights->tensor[i];
    const struct vp_param *param = &weights->params->list[i];
    bool learn = param->trainable && vp_tape_training(weights->tape);
    weights->tensor[i] = vp_tape_external_part(weights->tape, name, device_shape(param), weights->values,
                                               learn ? weights->gradients : NULL, param->offset);
    return weights->tensor[i];
}

bool vp_weights_has_grad(const struct vp_weights *weights, int index) {
    const struct vp_tensor *tensor = weights->tensor[index];
    return tensor && tensor->needs_grad && tensor->storage->grad_written;
}
