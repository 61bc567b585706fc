#include "op_check.h"
#include "vkpcl/ops/add.h"

static double slope_of(const struct op_case *c) {
    return (double)*(const float *)c->params;
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_add(tape, in[0], in[1], *(const float *)c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_add_ref(slope_of(c), vp_shape_count(c->in[0].shape), in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)in;
    vp_add_backward_ref(slope_of(c), vp_shape_count(c->in[0].shape), out[0], dout[0], din[0], din[1]);
}

static const float none = 1.0F, lrelu = 0.1F, relu = 0.0F;

#define BOTH(...)                                                                                                      \
    {"a", __VA_ARGS__, -1, 1, true, 0}, {                                                                              \
        "b", __VA_ARGS__, -1, 1, true, 0                                                                               \
    }
#define ONE(...)                                                                                                       \
    {"a", __VA_ARGS__, -1, 1, true, 0}, {                                                                              \
        "b", __VA_ARGS__, -1, 1, false, 0                                                                              \
    }
static const struct op_case cases[] = {
    {"sum of 1", {BOTH({1, {1}})}, &none, 0, 0, false},
    {"sum 31x33", {BOTH({2, {31, 33}})}, &none, 0, 0, false},
    {"sum 2x5x7x64", {BOTH({4, {2, 5, 7, 64}})}, &none, 0, 0, false},
    {"lrelu 65", {BOTH({1, {65}})}, &lrelu, 0, 0, false},
    {"lrelu 32x63", {BOTH({2, {32, 63}})}, &lrelu, 0, 0, false},
    {"half 3x5x64", {BOTH({3, {3, 5, 64}})}, &lrelu, 0, 0, false, 3},
    {"half sum 7x12", {BOTH({2, {7, 12}})}, &none, 0, 0, false, 3},
    {"half and float 31x4", {BOTH({2, {31, 4}})}, &lrelu, 0, 0, false, 1},
    {"half, one gradient, 3x4x4x128", {ONE({4, {3, 4, 4, 128}})}, &relu, 0, 0, false, 3},
    {"relu, one gradient, 3x4x4x127", {ONE({4, {3, 4, 4, 127}})}, &relu, 0, 0, false},
};

static const struct op_room room = {"add", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
