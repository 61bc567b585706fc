#include "vkpcl/ops/add.h"
#include "add/add_args.h"
#include "add/add_bwd_args.h"
#include "ops/elements.h"
#include "vkpcl/status.h"

/* g = dy * act'(y) in place, and for the other one, d (+)= g. */
static void emit_both(struct vp_tape *tape, float slope, struct vp_tensor *y, struct vp_tensor *other) {
    bool accumulate;
    struct vp_bind dy = vp_grad_in(tape, y), d = vp_grad(tape, other, &accumulate);
    struct add_bwd_args args = {.slope = slope, .accumulate = accumulate};
    struct vp_launch launch = {
        .kernel = "add_bwd", .bind = {vp_value(y), dy, dy, d}, VP_PUSH(args), .label = "add bwd"};
    vp_elements_emit(tape, &launch, 4, &args.count, vp_shape_count(y->shape), 3);
}

/* One of the two takes over the memory of dy where it can; the other gets a copy. */
static void add_backward(struct vp_tape *tape, struct vp_node *node) {
    const float slope = *(const float *)node->attributes;
    enum vp_act_kind kind = slope < 1 || slope > 1 ? VP_ACT_LEAKY : VP_ACT_NONE;
    struct vp_tensor *y = node->out[0], *a = node->in[0], *b = node->in[1];
    bool apart = a->needs_grad && b->needs_grad && a->storage != b->storage;
    struct vp_tensor *taker = !apart ? NULL : vp_grad_take(tape, b, y) ? b : vp_grad_take(tape, a, y) ? a : NULL;
    struct vp_tensor *other = taker == b ? a : b;
    if (taker && kind == VP_ACT_LEAKY) {
        emit_both(tape, slope, y, other);
    } else if (taker) {
        vp_elements_backward(tape, "add bwd", kind, slope, 1, y, other);
    } else {
        for (int i = 0; i < 2; i++) vp_elements_backward(tape, "add bwd", kind, slope, 1, y, node->in[i]);
    }
}

struct vp_tensor *vp_add(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b, float slope) {
    char a_text[96], b_text[96];
    vp_assert(vp_shape_equal(a->shape, b->shape), "%s %s, %s %s", a->name, vp_shape_text(a->shape, a_text), b->name,
              vp_shape_text(b->shape, b_text));
    vp_assert(slope >= 0, "slope %g", (double)slope);
    struct vp_tensor *y = vp_tape_output_like(tape, "add", a->shape, a->needs_grad || b->needs_grad, a);
    struct add_args args = {.slope = slope};
    struct vp_launch launch = {
        .kernel = "add_fwd", .bind = {vp_value(a), vp_value(b), vp_value(y)}, VP_PUSH(args), .label = "add fwd"};
    vp_elements_emit(tape, &launch, 3, &args.count, vp_shape_count(a->shape), 2);

    struct vp_node *node = vp_tape_push(tape, "add", add_backward);
    float *kept = vp_arena_new(vp_tape_arena(tape), float);
    *kept = slope;
    node->in[0] = a;
    node->in[1] = b;
    node->out[0] = y;
    node->attributes = kept;
    return y;
}
