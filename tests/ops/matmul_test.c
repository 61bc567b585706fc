/* matmul: all four transpositions, batches, sizes that fit no tile. */
#include "op_check.h"
#include "vkpcl/ops/matmul.h"

static struct vp_matmul_shape shape_of(const struct op_case *c) {
    const struct vp_matmul_desc *desc = c->params;
    int rank = c->in[0].shape.rank;
    const int64_t *a = c->in[0].shape.dim + rank - 2, *b = c->in[1].shape.dim + rank - 2;
    return (struct vp_matmul_shape){rank == 3 ? (int)c->in[0].shape.dim[0] : 1,
                                    (int)a[desc->transpose_a],
                                    (int)b[!desc->transpose_b],
                                    (int)a[!desc->transpose_a],
                                    desc->transpose_a,
                                    desc->transpose_b};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_matmul(tape, in[0], in[1], c->params);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_matmul_shape shape = shape_of(c);
    vp_matmul_ref(&shape, in[0], in[1], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)out;
    struct vp_matmul_shape shape = shape_of(c);
    vp_matmul_backward_ref(&shape, in[0], in[1], dout[0], din[0], din[1]);
}

#define TRANSPOSE(a, b)                                                                                                \
    &(const struct vp_matmul_desc) {                                                                                   \
        a, b                                                                                                           \
    }
#define M2(name, r, c)                                                                                                 \
    { name, {2, {r, c}}, -1, 1, true, NULL }
#define M3(name, n, r, c)                                                                                              \
    { name, {3, {n, r, c}}, -1, 1, true, NULL }

static const struct op_case cases[] = {
    {"one", {M2("a", 1, 1), M2("b", 1, 1)}, TRANSPOSE(false, false)},
    {"plain primes", {M2("a", 7, 13), M2("b", 13, 11)}, TRANSPOSE(false, false)},
    {"a turned", {M2("a", 31, 33), M2("b", 31, 32)}, TRANSPOSE(true, false)},
    {"b turned", {M2("a", 65, 63), M2("b", 64, 63)}, TRANSPOSE(false, true)},
    {"both turned", {M2("a", 17, 5), M2("b", 9, 17)}, TRANSPOSE(true, true)},
    {"attention: phi^T theta", {M3("a", 3, 64, 16), M3("b", 3, 64, 16)}, TRANSPOSE(true, false)},
    {"attention: g S^T", {M3("a", 3, 64, 16), M3("b", 3, 16, 16)}, TRANSPOSE(false, true)},
    {"a turned, odd lines of four", {M3("a", 2, 36, 40), M3("b", 2, 36, 24)}, TRANSPOSE(true, false)},
    {"a turned, rows no fours", {M3("a", 2, 33, 8), M3("b", 2, 33, 12)}, TRANSPOSE(true, false)},
    {"batch in fours", {M3("a", 3, 20, 36), M3("b", 3, 36, 40)}, TRANSPOSE(false, false)},
    {"batch of 5 odd", {M3("a", 5, 33, 3), M3("b", 5, 3, 65)}, TRANSPOSE(false, false)},
};

static const struct op_room room = {"matmul", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
