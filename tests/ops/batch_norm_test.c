#include "op_check.h"
#include "vkpcl/ops/batch_norm.h"

struct params {
    int groups;
    bool inference;
};

static struct vp_batch_norm_shape shape_of(const struct op_case *c) {
    const struct params *p = c->params;
    return (struct vp_batch_norm_shape){.rows = vp_shape_rows(c->in[0].shape) / p->groups,
                                        .groups = p->groups,
                                        .c = (int)vp_shape_columns(c->in[0].shape),
                                        .eps = (double)1e-5F,
                                        .momentum = (double)0.1F,
                                        .training = !p->inference};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    const struct params *p = c->params;
    vp_tape_set_training(tape, !p->inference);
    out[0] =
        vp_batch_norm(tape, in[0], in[1], in[2], in[3], in[4], &(struct vp_batch_norm_desc){p->groups, 1e-5F, 0.1F});
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_batch_norm_shape shape = shape_of(c);
    bool training = shape.training;
    vp_batch_norm_ref(&shape, in[0], in[1], in[2], training ? NULL : in[3], training ? NULL : in[4], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct vp_batch_norm_shape shape = shape_of(c);
    (void)out;
    if (shape.training) vp_batch_norm_backward_ref(&shape, in[0], in[1], dout[0], din[0], din[1], din[2]);
}

static const struct params one = {1, false}, two = {2, false}, four = {4, false}, inference = {2, true};

#define VECTOR(name, c, low, high, grad)                                                                               \
    { name, {1, {c}}, low, high, grad, 0 }
#define INPUTS(c, low, high, x_grad, grad, ...)                                                                        \
    {                                                                                                                  \
        {"x", __VA_ARGS__, low, high, x_grad, 0}, VECTOR("gamma", c, 0.5F, 1.5F, grad),                                \
            VECTOR("beta", c, -1, 1, grad), VECTOR("running_mean", c, -1, 1, false),                                   \
            VECTOR("running_var", c, 0.5F, 2, false)                                                                   \
    }
static const struct op_case cases[] = {
    /* Two values normalise to -1 and 1 whatever they are: the true gradient is the small rest of a cancellation. */
    {"two rows, one channel", INPUTS(1, -1, 1, true, true, {2, {2, 1}}), &one, 0, 5e-3, false},
    {"31 rows of 33", INPUTS(33, -1, 1, true, true, {2, {31, 33}}), &one, 0, 0, false},
    {"two groups of 65 rows of 64", INPUTS(64, -1, 1, true, true, {2, {130, 64}}), &two, 0, 0, false},
    {"images 6x5x7x3 in two groups", INPUTS(3, 0, 1, true, true, {4, {6, 5, 7, 3}}), &two, 0, 0, false},
    {"images 8x16x16x32 in four groups", INPUTS(32, -1, 1, true, true, {4, {8, 16, 16, 32}}), &four, 0, 0, false},
    {"merged twice: 2 x 20000 rows of 5", INPUTS(5, -1, 1, true, true, {2, {40000, 5}}), &two, 0, 0, false},
    {"merged twice: 70001 rows of 4", INPUTS(4, -1, 1, true, true, {2, {70001, 4}}), &one, 0, 0, false},
    {"mean a hundred deviations away", INPUTS(4, 50, 52, true, true, {2, {1000, 4}}), &one, 2e-5, 2e-4, true},
    {"no gradient into gamma and beta", INPUTS(8, -1, 1, true, false, {2, {63, 8}}), &one, 0, 0, false},
    {"no gradient into x", INPUTS(12, -1, 1, false, true, {2, {64, 12}}), &four, 0, 0, false},
    {"inference 3x3x2x16", INPUTS(16, -1, 1, false, false, {4, {4, 3, 2, 16}}), &inference, 0, 0, false},
    {"half 8x16x16x32 in four groups", INPUTS(32, -1, 1, true, true, {4, {8, 16, 16, 32}}), &four, 0, 0, false, 1},
    {"half 130 rows of 64", INPUTS(64, 0, 1, true, true, {2, {130, 64}}), &two, 0, 0, false, 1},
    {"half 31 rows of 4, no gradient into gamma", INPUTS(4, -1, 1, true, false, {2, {31, 4}}), &one, 0, 0, false, 1},
    {"half inference 3x3x2x16", INPUTS(16, -1, 1, false, false, {4, {4, 3, 2, 16}}), &inference, 0, 0, false, 1},
    {"inference 126x7", INPUTS(7, -1, 1, false, false, {2, {126, 7}}), &inference, 0, 0, false},
};

static const struct op_room room = {"batch_norm", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
