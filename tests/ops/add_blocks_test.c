#include "op_check.h"
#include "vkpcl/ops/add_blocks.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_add_blocks(tape, in[0], in[1], c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_add_blocks_ref(c->params, c->in[0].shape.dim[1], in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    const struct vp_add_blocks_desc *desc = c->params;
    int x_blocks = (int)(c->in[0].shape.dim[0] / desc->rows), z_blocks = (int)(c->in[1].shape.dim[0] / desc->rows);
    (void)in;
    (void)out;
    vp_add_blocks_backward_ref(desc, c->in[0].shape.dim[1], x_blocks, z_blocks, dout[0], din[0], din[1]);
}

/* The decoder phase's four decodes: face of s, f, s, f; pose of f, s, s, f. */
static const struct vp_add_blocks_desc decodes1 = {1, 4, {0, 1, 0, 1}, {1, 0, 0, 1}};
static const struct vp_add_blocks_desc decodes31 = {31, 4, {0, 1, 0, 1}, {1, 0, 0, 1}};
static const struct vp_add_blocks_desc decodes3 = {3, 4, {0, 1, 0, 1}, {1, 0, 0, 1}};
/* All eight blocks, one used by many, one by none. */
static const struct vp_add_blocks_desc eight = {2, 8, {0, 0, 0, 2, 0, 2, 0, 0}, {0, 1, 0, 1, 0, 0, 1, 1}};

#define TWO(rows_x, rows_z, d, grad_z)                                                                                 \
    {                                                                                                                  \
        {"x", {2, {rows_x, d}}, -1, 1, true, 0}, {                                                                     \
            "z", {2, {rows_z, d}}, -1, 1, grad_z, 0                                                                    \
        }                                                                                                              \
    }
static const struct op_case cases[] = {
    {"1 row of 1", TWO(2, 2, 1, true), &decodes1, 0, 0, false},
    {"31 rows of 33", TWO(62, 62, 33, true), &decodes31, 0, 0, false},
    {"3 rows of 2048", TWO(6, 6, 2048, true), &decodes3, 0, 0, false},
    {"8 blocks, 2 rows of 65", TWO(6, 4, 65, true), &eight, 0, 0, false},
    {"one gradient only", TWO(6, 4, 64, false), &eight, 0, 0, false},
};

static const struct op_room room = {"add_blocks", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
