#include "op_check.h"
#include "vkpcl/ops/upsample.h"

static struct vp_upsample_shape shape_of(const struct op_case *c) {
    const int64_t *d = c->in[0].shape.dim;
    return (struct vp_upsample_shape){(int)d[0], (int)d[1], (int)d[2], (int)d[3], (double)*(const float *)c->params};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_upsample(tape, in[0], *(const float *)c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_upsample_shape shape = shape_of(c);
    vp_upsample_ref(&shape, in[0], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct vp_upsample_shape shape = shape_of(c);
    (void)out;
    vp_upsample_backward_ref(&shape, in[0], dout[0], din[0]);
}

static const float none = 1.0F, lrelu = 0.1F, relu = 0.0F;

#define X(...)                                                                                                         \
    {                                                                                                                  \
        { "x", {4, {__VA_ARGS__}}, -1, 1, true, 0 }                                                                    \
    }
static const struct op_case cases[] = {
    {"one pixel", X(1, 1, 1, 1), &none, 0, 0, false},
    {"one pixel, 64 channels", X(3, 1, 1, 64), &relu, 0, 0, false},
    {"one row", X(2, 1, 7, 5), &none, 0, 0, false},
    {"one column", X(2, 7, 1, 8), &lrelu, 0, 0, false},
    {"2x2", X(5, 2, 2, 3), &relu, 0, 0, false},
    {"31x33", X(1, 31, 33, 4), &none, 0, 0, false},
    {"8x8x65", X(2, 8, 8, 65), &relu, 0, 0, false},
    {"16x16x32", X(2, 16, 16, 32), &relu, 0, 0, false},
    {"half 8x7x64", X(2, 8, 7, 64), &relu, 0, 0, false, 1},
    {"half 1x1x4", X(3, 1, 1, 4), &lrelu, 0, 0, false, 1},
    {"float to half 5x3x32", X(2, 5, 3, 32), &relu, 0, 0, false, OP_HALF_OUTPUTS},
    {"half 13x11x12", X(1, 13, 11, 12), &none, 0, 0, false, 1},
    {"13x11x63", X(1, 13, 11, 63), &lrelu, 0, 0, false},
};

static const struct op_room room = {"upsample", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
