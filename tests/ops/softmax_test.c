#include "op_check.h"
#include "vkpcl/ops/softmax.h"

static struct vp_softmax_shape shape_of(const struct op_case *c) {
    const struct vp_softmax_desc *desc = c->params;
    int64_t columns = vp_shape_columns(c->in[0].shape), rows = vp_shape_rows(c->in[0].shape);
    int64_t batch = c->in[0].shape.dim[0];
    if (desc->axis == VP_SOFTMAX_COLUMNS) return (struct vp_softmax_shape){rows, columns, 1};
    return (struct vp_softmax_shape){batch, rows / batch, columns};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_softmax(tape, in[0], c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_softmax_shape shape = shape_of(c);
    vp_softmax_ref(&shape, in[0], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct vp_softmax_shape shape = shape_of(c);
    (void)in;
    vp_softmax_backward_ref(&shape, out[0], dout[0], din[0]);
}

static const struct vp_softmax_desc columns = {VP_SOFTMAX_COLUMNS}, rows = {VP_SOFTMAX_ROWS};

#define X(low, high, ...)                                                                                              \
    {                                                                                                                  \
        { "x", __VA_ARGS__, low, high, true, 0 }                                                                       \
    }
static const struct op_case cases[] = {
    {"columns 5x2", X(-2, 2, {2, {5, 2}}), &columns, 0, 0, false},
    {"columns 31x33", X(-4, 4, {2, {31, 33}}), &columns, 0, 0, false},
    {"columns 65x64", X(-4, 4, {2, {65, 64}}), &columns, 0, 0, false},
    {"columns 2x3x5x128", X(-4, 4, {4, {2, 3, 5, 128}}), &columns, 0, 0, false},
    {"columns, values that overflow exp", X(90, 110, {2, {7, 32}}), &columns, 5e-5, 5e-5, false},
    {"rows 1x2x1", X(-2, 2, {3, {1, 2, 1}}), &rows, 0, 0, false},
    {"rows 3x31x7", X(-4, 4, {3, {3, 31, 7}}), &rows, 0, 0, false},
    {"rows 2x64x64", X(-4, 4, {3, {2, 64, 64}}), &rows, 0, 0, false},
    {"rows 5x16x16x4", X(-4, 4, {4, {5, 16, 16, 4}}), &rows, 0, 0, false},
};

static const struct op_room room = {"softmax", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
