/* The harness cannot difference the forward reference, whose row lengths are not constants: see
 * orthogonality_calculus_test.c for that. */
#include "op_check.h"
#include "vkpcl/ops/orthogonality.h"

static struct vp_orthogonality_shape shape_of(const struct op_case *c) {
    const struct vp_orthogonality_desc *desc = c->params;
    const int64_t *d = c->in[0].shape.dim;
    return (struct vp_orthogonality_shape){desc->groups, d[0] / desc->groups, d[1]};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_orthogonality(tape, in[0], in[1], c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_orthogonality_shape shape = shape_of(c);
    vp_orthogonality_ref(&shape, in[0], in[1], NULL, NULL, out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct vp_orthogonality_shape shape = shape_of(c);
    (void)out;
    vp_orthogonality_backward_ref(&shape, in[0], in[1], dout[0], din[0], din[1]);
}

static const struct vp_orthogonality_desc one = {1}, two = {2}, three = {3};

#define TWO(rows, d, grad_y)                                                                                           \
    {                                                                                                                  \
        {"x", {2, {rows, d}}, -1, 1, true, 0}, {                                                                       \
            "y", {2, {rows, d}}, -1, 1, grad_y, 0                                                                      \
        }                                                                                                              \
    }
static const struct op_case cases[] = {
    {"2 rows of 3", TWO(2, 3, true), &one, 0, 0, true},
    {"31 rows of 33", TWO(31, 33, true), &one, 0, 0, true},
    {"2 groups of 8 rows of 65", TWO(16, 65, true), &two, 0, 0, true},
    {"3 groups of 33 rows of 64", TWO(99, 64, true), &three, 0, 0, true},
    {"one gradient, 64 rows of 7", TWO(64, 7, false), &two, 0, 0, true},
    {"2 groups of 3 rows of 257", TWO(6, 257, true), &two, 0, 0, true},
};

static const struct op_room room = {"orthogonality", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
