/* linear: forward and both gradients, with and without ReLU, at sizes that fit no tile. */
#include "op_check.h"
#include "vkpcl/ops/linear.h"

static struct vp_linear_shape shape_of(const struct op_case *c) {
    const struct vp_linear_desc *desc = c->params;
    return (struct vp_linear_shape){(int)c->in[0].shape.dim[0], (int)c->in[0].shape.dim[1], (int)c->in[1].shape.dim[0],
                                    (double)desc->slope};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_linear(tape, in[0], in[1], in[2], c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_linear_shape shape = shape_of(c);
    vp_linear_ref(&shape, in[0], in[1], in[2], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct vp_linear_shape shape = shape_of(c);
    vp_linear_backward_ref(&shape, in[0], in[1], out[0], dout[0], din[0], din[1], c->in[2].name ? din[2] : NULL);
}

#define SLOPE(slope)                                                                                                   \
    &(const struct vp_linear_desc) {                                                                                   \
        slope                                                                                                          \
    }
#define X(rows, in, grad)                                                                                              \
    { "x", {2, {rows, in}}, -1, 1, grad, NULL }
#define W(out, in)                                                                                                     \
    { "w", {2, {out, in}}, -0.5f, 0.5f, true, NULL }
#define B(out)                                                                                                         \
    { "b", {1, {out}}, -1, 1, true, NULL }

static const struct op_case cases[] = {
    {"one", {X(1, 1, true), W(1, 1), B(1)}, SLOPE(1.0f)},
    {"primes", {X(7, 13, true), W(11, 13), B(11)}, SLOPE(0.0f)},
    {"without bias", {X(5, 8, true), W(3, 8)}, SLOPE(1.0f)},
    {"31 32 33", {X(31, 32, true), W(33, 32), B(33)}, SLOPE(0.0f)},
    {"63 64 65", {X(63, 65, true), W(64, 65), B(64)}, SLOPE(0.1f)},
    {"eight rows", {X(8, 36, true), W(20, 36), B(20)}, SLOPE(0.1f)},
    {"no gradient of x", {X(16, 128, false), W(64, 128), B(64)}, SLOPE(0.0f)},
    {"projection head, narrow", {X(48, 512, true), W(128, 512), B(128)}, SLOPE(1.0f)},
    {"many rows", {X(300, 64, true), W(96, 64), B(96)}, SLOPE(0.0f)},
};

static const struct op_room room = {"linear", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
