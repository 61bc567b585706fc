#include "op_check.h"
#include "vkpcl/ops/mul_add.h"

static const float scale = 0.4F;

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    (void)c;
    out[0] = vp_mul_add(tape, in[0], in[1], scale);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_mul_add_ref((double)scale, vp_shape_count(c->in[0].shape), in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)in;
    (void)out;
    vp_mul_add_backward_ref((double)scale, vp_shape_count(c->in[0].shape), dout[0], din[0], din[1]);
}

#define PAIR(a_grad, b_grad, ...)                                                                                      \
    {"a", __VA_ARGS__, 0, 1, a_grad, 0}, {                                                                             \
        "b", __VA_ARGS__, -3, 3, b_grad, 0                                                                             \
    }
static const struct op_case cases[] = {
    {"1", {PAIR(true, true, {1, {1}})}, 0, 0, 0, false},
    {"no gradient into b, 31x33", {PAIR(true, false, {2, {31, 33}})}, 0, 0, 0, false},
    {"no gradient into a, 2x64x65x3", {PAIR(false, true, {4, {2, 64, 65, 3}})}, 0, 0, 0, false},
    {"no gradient at all, 2x16x16x3", {PAIR(false, false, {4, {2, 16, 16, 3}})}, 0, 0, 0, false},
};

static const struct op_room room = {"mul_add", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
