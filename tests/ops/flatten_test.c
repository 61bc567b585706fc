#include "op_check.h"
#include "vkpcl/ops/flatten.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    (void)c;
    out[0] = vp_flatten(tape, in[0]);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    const int64_t *d = c->in[0].shape.dim;
    vp_flatten_ref(d[0], d[1] * d[2], d[3], in[0], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    const int64_t *d = c->in[0].shape.dim;
    (void)in;
    (void)out;
    vp_flatten_backward_ref(d[0], d[1] * d[2], d[3], dout[0], din[0]);
}

static const struct op_case cases[] = {
    {"1x1x1x1", {{"x", {4, {1, 1, 1, 1}}, -1, 1, true, 0}}, 0, 0, 0, false},
    {"3x5x7x31", {{"x", {4, {3, 5, 7, 31}}, -1, 1, true, 0}}, 0, 0, 0, false},
    {"2x4x4x128", {{"x", {4, {2, 4, 4, 128}}, -1, 1, true, 0}}, 0, 0, 0, false},
    {"2x1x33x2", {{"x", {4, {2, 1, 33, 2}}, -1, 1, true, 0}}, 0, 0, 0, false},
};

static const struct op_room room = {"flatten", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
