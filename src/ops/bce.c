#include "vkpcl/ops/bce.h"
#include "bce/bce_args.h"
#include "ops/column_sum.h"
#include "vkpcl/status.h"

static void bce_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_tensor *logits = node->in[0], *target = node->in[1];
    struct vp_bind dloss = vp_grad_in(tape, node->out[0]);
    if (!dloss.slot || !logits->needs_grad) return;
    bool accumulate;
    struct vp_bind dlogits = vp_grad(tape, logits, &accumulate);
    struct bce_args args = {(uint32_t)vp_shape_count(logits->shape), accumulate};
    struct vp_launch launch = {.kernel = "bce_bwd",
                               .bind = {vp_value(logits), vp_value(target), dloss, dlogits},
                               VP_PUSH(args),
                               .flops = 6.0 * args.count,
                               .bytes = 12.0 * args.count,
                               .label = "bce bwd"};
    vp_groups_flat(args.count, 64, launch.groups);
    vp_emit(tape, &launch);
}

struct vp_tensor *vp_bce(struct vp_tape *tape, struct vp_tensor *logits, struct vp_tensor *target) {
    char a[96], b[96];
    vp_assert(vp_shape_equal(logits->shape, target->shape), "%s is %s, %s %s", logits->name,
              vp_shape_text(logits->shape, a), target->name, vp_shape_text(target->shape, b));
    struct bce_args args = {.count = (uint32_t)vp_shape_count(logits->shape)};
    uint64_t bytes = 4 * (uint64_t)args.count;
    vp_assert(bytes <= vp_tape_caps(tape)->max_binding_bytes, "%s exceeds a binding", logits->name);
    struct vp_slot *losses = vp_tape_scratch(tape, "bce.values", bytes);
    struct vp_launch launch = {.kernel = "bce_values",
                               .bind = {vp_value(logits), vp_value(target), vp_bind_slot(losses)},
                               VP_PUSH(args),
                               .flops = 6.0 * args.count,
                               .bytes = 12.0 * args.count,
                               .label = "bce values"};
    vp_groups_flat(args.count, 64, launch.groups);
    vp_emit(tape, &launch);
    struct vp_tensor *loss = vp_tape_output(tape, "bce", vp_shape1(1), logits->needs_grad);
    vp_emit_column_sum(tape, vp_bind_slot(losses), args.count, 1, vp_value(loss), false, "bce sum");
    struct vp_node *node = vp_tape_push(tape, "bce", bce_backward);
    node->in[0] = logits;
    node->in[1] = target;
    node->out[0] = loss;
    return loss;
}
