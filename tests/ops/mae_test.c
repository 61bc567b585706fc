#include "op_check.h"
#include "vkpcl/ops/mae.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_mae(tape, in[0], in[1], c->params);
    return 1;
}

static int64_t image_of(const struct op_case *c) {
    return vp_shape_count(c->in[0].shape) / c->in[0].shape.dim[0];
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_mae_ref(c->params, image_of(c), in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)out;
    vp_mae_backward_ref(c->params, image_of(c), in[0], in[1], dout[0], din[0]);
}

/* The decoder phase: four decodes against f, s, s, f. */
static const struct vp_mae_desc single = {1, 1, {0}}, decodes = {3, 4, {1, 0, 0, 1}}, one_each = {1, 4, {1, 0, 0, 1}};
static const struct vp_mae_desc eight = {33, 8, {0, 1, 2, 0, 1, 2, 0, 1}};

#define TWO(low, high, count, targets, ...)                                                                            \
    {                                                                                                                  \
        {"prediction", {4, {count, __VA_ARGS__}}, -1, 1, true, 0}, {                                                   \
            "target", {4, {targets, __VA_ARGS__}}, low, high, false, 0                                                 \
        }                                                                                                              \
    }
static const struct op_case cases[] = {
    {"one value", TWO(0, 1, 1, 1, 1, 1, 1), &single, 0, 0, false},
    {"12 images of 5x7x3", TWO(0, 1, 12, 6, 5, 7, 3), &decodes, 0, 0, false},
    {"4 images of 64x64x3", TWO(0, 1, 4, 2, 64, 64, 3), &one_each, 0, 0, false},
    {"8 blocks of 33 images of 31x1x2", TWO(-1, 1, 264, 99, 31, 1, 2), &eight, 0, 0, false},
};

static const struct op_room room = {"mae", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
