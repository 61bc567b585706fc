#include "op_check.h"
#include "vkpcl/ops/cross_entropy.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    (void)c;
    out[0] = vp_cross_entropy(tape, in[0], in[1]);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_cross_entropy_ref(c->in[0].shape.dim[0], c->in[0].shape.dim[1], in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)out;
    vp_cross_entropy_backward_ref(c->in[0].shape.dim[0], c->in[0].shape.dim[1], in[0], in[1], dout[0][0], din[0]);
}

static const float one_hot[] = {0, 1, 0, 1, 0, 0, 0, 0, 1};
#define TWO(low, high, given, ...)                                                                                     \
    {                                                                                                                  \
        {"logits", {2, {__VA_ARGS__}}, low, high, true, 0}, {                                                          \
            "target", {2, {__VA_ARGS__}}, 0, 1, false, given                                                           \
        }                                                                                                              \
    }
static const struct op_case cases[] = {
    {"1x2", TWO(-2, 2, 0, 1, 2), 0, 0, 0, false},
    {"3x3, one-hot", TWO(-2, 2, one_hot, 3, 3), 0, 0, 0, false},
    {"31x7", TWO(-4, 4, 0, 31, 7), 0, 0, 0, false},
    {"257x33", TWO(-4, 4, 0, 257, 33), 0, 0, 0, false},
    {"32x8, values that overflow exp", TWO(80, 110, 0, 32, 8), 0, 5e-5f, 5e-5f, false},
};

static const struct op_room room = {"cross_entropy", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
