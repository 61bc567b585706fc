#include "vkpcl/ops/act.h"
#include "act/act_args.h"
#include "ops/elements.h"
#include "vkpcl/status.h"

static void act_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct vp_act_desc *desc = node->attributes;
    vp_elements_backward(tape, "act bwd", desc->kind, desc->slope, 1, node->out[0], node->in[0]);
}

struct vp_tensor *vp_act(struct vp_tape *tape, struct vp_tensor *x, const struct vp_act_desc *desc) {
    vp_assert(desc->kind == VP_ACT_LEAKY || desc->kind == VP_ACT_TANH, "kind %d", (int)desc->kind);
    vp_assert(desc->slope >= 0, "slope %g", (double)desc->slope);
    struct vp_tensor *y = vp_tape_output(tape, "act", x->shape, x->needs_grad);
    struct act_args args = {.slope = desc->slope};
    struct vp_launch launch = {.kernel = "act_fwd",
                               .spec = {(uint32_t)desc->kind},
                               .spec_count = 1,
                               .bind = {vp_value(x), vp_value(y)},
                               VP_PUSH(args),
                               .label = "act fwd"};
    vp_elements_emit(tape, &launch, 2, &args.count, vp_shape_count(x->shape), 1);

    struct vp_node *node = vp_tape_push(tape, "act", act_backward);
    struct vp_act_desc *kept = vp_arena_new(vp_tape_arena(tape), struct vp_act_desc);
    *kept = *desc;
    node->in[0] = x;
    node->out[0] = y;
    node->attributes = kept;
    return y;
}
