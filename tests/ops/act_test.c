#include "op_check.h"
#include "vkpcl/ops/act.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_act(tape, in[0], c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_act_ref(c->params, vp_shape_count(c->in[0].shape), in[0], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)in;
    if (din[0]) vp_act_backward_ref(c->params, vp_shape_count(c->in[0].shape), out[0], dout[0], din[0]);
}

static const struct vp_act_desc relu = {VP_ACT_LEAKY, 0.0F}, lrelu = {VP_ACT_LEAKY, 0.1F}, tanh_ = {VP_ACT_TANH, 0};

static const struct op_case cases[] = {
    {"relu 1", {{"x", {1, {1}}, -1, 1, true, 0}}, &relu, 0, 0, false},
    {"relu 31x33", {{"x", {2, {31, 33}}, -1, 1, true, 0}}, &relu, 0, 0, false},
    {"relu 64x65", {{"x", {2, {64, 65}}, -1, 1, true, 0}}, &relu, 0, 0, false},
    {"lrelu 127", {{"x", {1, {127}}, -2, 2, true, 0}}, &lrelu, 0, 0, false},
    {"lrelu 2x5x7x32", {{"x", {4, {2, 5, 7, 32}}, -2, 2, true, 0}}, &lrelu, 0, 0, false},
    {"tanh 63", {{"x", {1, {63}}, -3, 3, true, 0}}, &tanh_, 0, 0, false},
    {"tanh 1x4x4x3", {{"x", {4, {1, 4, 4, 3}}, -1, 1, true, 0}}, &tanh_, 0, 0, false},
    {"half lrelu 2x5x7x32", {{"x", {4, {2, 5, 7, 32}}, -2, 2, true, 0}}, &lrelu, 0, 0, false, 1},
    {"tanh of large values", {{"x", {1, {32}}, -200, 200, false, 0}}, &tanh_, 0, 0, false},
};

static const struct op_room room = {"act", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
