#include "vkpcl/ops/mul_add.h"
#include "mul_add/mul_add_args.h"
#include "ops/elements.h"
#include "vkpcl/status.h"

static void mul_add_backward(struct vp_tape *tape, struct vp_node *node) {
    const float scale = *(const float *)node->attributes;
    vp_elements_backward(tape, "mul_add bwd", VP_ACT_NONE, 1, 1, node->out[0], node->in[0]);
    vp_elements_backward(tape, "mul_add bwd", VP_ACT_NONE, 1, scale, node->out[0], node->in[1]);
}

struct vp_tensor *vp_mul_add(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b, float scale) {
    char a_text[96], b_text[96];
    vp_assert(vp_shape_equal(a->shape, b->shape), "%s %s, %s %s", a->name, vp_shape_text(a->shape, a_text), b->name,
              vp_shape_text(b->shape, b_text));
    struct vp_tensor *y = vp_tape_output(tape, "mul_add", a->shape, a->needs_grad || b->needs_grad);
    struct mul_add_args args = {.scale = scale};
    struct vp_launch launch = {.kernel = "mul_add_fwd",
                               .bind = {vp_value(a), vp_value(b), vp_value(y)},
                               VP_PUSH(args),
                               .label = "mul_add fwd"};
    vp_elements_emit(tape, &launch, 3, &args.count, vp_shape_count(a->shape), 2);

    struct vp_node *node = vp_tape_push(tape, "mul_add", mul_add_backward);
    float *kept = vp_arena_new(vp_tape_arena(tape), float);
    *kept = scale;
    node->in[0] = a;
    node->in[1] = b;
    node->out[0] = y;
    node->attributes = kept;
    return y;
}
