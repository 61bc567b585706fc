#include "op_check.h"
#include "vkpcl/ops/l2_normalize.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    (void)c;
    out[0] = vp_l2_normalize(tape, in[0]);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_l2_normalize_ref(vp_shape_rows(c->in[0].shape), vp_shape_columns(c->in[0].shape), in[0], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)out;
    vp_l2_normalize_backward_ref(vp_shape_rows(c->in[0].shape), vp_shape_columns(c->in[0].shape), in[0], dout[0],
                                 din[0]);
}

static const float zeros[5] = {0};

static const struct op_case cases[] = {
    {"1x2", {{"x", {2, {1, 2}}, -1, 1, true, 0}}, 0, 0, 0, false},
    {"31x33", {{"x", {2, {31, 33}}, -1, 1, true, 0}}, 0, 0, 0, false},
    {"65x64", {{"x", {2, {65, 64}}, -1, 1, true, 0}}, 0, 0, 0, false},
    {"3x2048", {{"x", {2, {3, 2048}}, 0, 1, true, 0}}, 0, 0, 0, false},
    {"rows of zeros", {{"x", {2, {1, 5}}, 0, 0, true, zeros}}, 0, 0, 0, true},
};

static const struct op_room room = {"l2_normalize", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
