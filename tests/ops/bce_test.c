#include "op_check.h"
#include "vkpcl/ops/bce.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    (void)c;
    out[0] = vp_bce(tape, in[0], in[1]);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_bce_ref(vp_shape_count(c->in[0].shape), in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)out;
    vp_bce_backward_ref(vp_shape_count(c->in[0].shape), in[0], in[1], dout[0][0], din[0]);
}

static const float some_unlabelled[] = {0, 1, -1, 1, 0, 0, -1, -1, 1, 1};
#define TWO(low, high, given, ...)                                                                                     \
    {                                                                                                                  \
        {"logits", {2, {__VA_ARGS__}}, low, high, true, 0}, {                                                          \
            "target", {2, {__VA_ARGS__}}, 0, 1, false, given                                                           \
        }                                                                                                              \
    }
static const struct op_case cases[] = {
    {"1x1", TWO(-2, 2, 0, 1, 1), 0, 0, 0, false},
    {"5x2, some unlabelled", TWO(-2, 2, some_unlabelled, 5, 2), 0, 0, 0, false},
    {"33x8", TWO(-4, 4, 0, 33, 8), 0, 0, 0, false},
    {"127x31, values that overflow exp", TWO(-120, 120, 0, 127, 31), 0, 0, 0, false},
};

static const struct op_room room = {"bce", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
