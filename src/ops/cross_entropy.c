#include "vkpcl/ops/cross_entropy.h"
#include "cross_entropy/cross_entropy_args.h"
#include "ops/column_sum.h"
#include "vkpcl/status.h"

static struct cross_entropy_args arguments(const struct vp_tensor *logits) {
    return (struct cross_entropy_args){.rows = (uint32_t)vp_shape_rows(logits->shape),
                                       .classes = (uint32_t)vp_shape_columns(logits->shape)};
}

static void cross_entropy_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_tensor *logits = node->in[0], *target = node->in[1];
    struct vp_bind dloss = vp_grad_in(tape, node->out[0]);
    if (!dloss.slot || !logits->needs_grad) return;
    bool accumulate;
    struct vp_bind dlogits = vp_grad(tape, logits, &accumulate);
    struct cross_entropy_args args = arguments(logits);
    args.accumulate = accumulate;
    double count = (double)vp_shape_count(logits->shape);
    struct vp_launch launch = {.kernel = "cross_entropy_bwd",
                               .bind = {vp_value(logits), vp_value(target), dloss, dlogits},
                               VP_PUSH(args),
                               .flops = 8 * count,
                               .bytes = 12 * count,
                               .label = "cross_entropy bwd"};
    vp_groups_flat(args.rows, 64, launch.groups);
    vp_emit(tape, &launch);
}

struct vp_tensor *vp_cross_entropy(struct vp_tape *tape, struct vp_tensor *logits, struct vp_tensor *target) {
    char a[96], b[96];
    vp_assert(vp_shape_equal(logits->shape, target->shape), "%s is %s, %s %s", logits->name,
              vp_shape_text(logits->shape, a), target->name, vp_shape_text(target->shape, b));
    struct cross_entropy_args args = arguments(logits);
    double count = (double)vp_shape_count(logits->shape);
    vp_assert(4 * (uint64_t)count <= vp_tape_caps(tape)->max_binding_bytes, "%s exceeds a binding", logits->name);
    struct vp_slot *row_loss = vp_tape_scratch(tape, "cross_entropy.rows", 4 * (uint64_t)args.rows);
    struct vp_launch launch = {.kernel = "cross_entropy_rows",
                               .bind = {vp_value(logits), vp_value(target), vp_bind_slot(row_loss)},
                               VP_PUSH(args),
                               .flops = 6 * count,
                               .bytes = 8 * count,
                               .label = "cross_entropy rows"};
    vp_groups_flat(args.rows, 64, launch.groups);
    vp_emit(tape, &launch);
    struct vp_tensor *loss = vp_tape_output(tape, "cross_entropy", vp_shape1(1), logits->needs_grad);
    vp_emit_column_sum(tape, vp_bind_slot(row_loss), args.rows, 1, vp_value(loss), false, "cross_entropy sum");
    struct vp_node *node = vp_tape_push(tape, "cross_entropy", cross_entropy_backward);
    node->in[0] = logits;
    node->in[1] = target;
    node->out[0] = loss;
    return loss;
}
