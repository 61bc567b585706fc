/* matmul on the tape: shapes, builder, and the two products of its backward. */
#include "vkpcl/ops/matmul.h"
#include "ops/gemm.h"
#include "vkpcl/status.h"

struct matmul {
    int64_t batch, m, n, k;
    struct vp_matmul_desc desc;
};

/* The gradient of a factor is again a product; where the factor was transposed, so is its gradient: d(M^T)^T = dM. */
static void matmul_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct matmul *z = node->attributes;
    struct vp_tensor *a = node->in[0], *b = node->in[1];
    struct vp_bind dc = vp_grad_in(tape, node->out[0]);
    bool ta = z->desc.transpose_a, tb = z->desc.transpose_b, accumulate;
    if (a->needs_grad) {
        struct vp_bind da = vp_grad(tape, a, &accumulate);
        struct vp_gemm straight = {.m = z->m, .n = z->k, .k = z->n, .a = dc, .b = vp_value(b), .transpose_b = !tb};
        struct vp_gemm turned = {
            .m = z->k, .n = z->m, .k = z->n, .a = vp_value(b), .b = dc, .transpose_a = tb, .transpose_b = true};
        struct vp_gemm gemm = ta ? turned : straight;
        gemm.batch = z->batch, gemm.slope = 1.0f, gemm.c = da, gemm.accumulate = accumulate;
        gemm.label = "matmul grad a";
        vp_emit_gemm(tape, &gemm);
    }
    if (b->needs_grad) {
        struct vp_bind db = vp_grad(tape, b, &accumulate);
        struct vp_gemm straight = {.m = z->k, .n = z->n, .k = z->m, .a = vp_value(a), .b = dc, .transpose_a = !ta};
        struct vp_gemm turned = {
            .m = z->n, .n = z->k, .k = z->m, .a = dc, .b = vp_value(a), .transpose_a = true, .transpose_b = ta};
        struct vp_gemm gemm = tb ? turned : straight;
        gemm.batch = z->batch, gemm.slope = 1.0f, gemm.c = db, gemm.accumulate = accumulate;
        gemm.label = "matmul grad b";
        vp_emit_gemm(tape, &gemm);
    }
}

struct vp_tensor *vp_matmul(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b,
                            const struct vp_matmul_desc *desc) {
    int rank = a->shape.rank;
    vp_assert(rank == b->shape.rank && (rank == 2 || rank == 3), "ranks %d and %d", rank, b->shape.rank);
    struct matmul *z = vp_arena_new(vp_tape_arena(tape), struct matmul);
    const int64_t *da = a->shape.dim + rank - 2, *db = b->shape.dim + rank - 2;
    *z = (struct matmul){.batch = rank == 3 ? a->shape.dim[0] : 1,
                         .m = da[desc->transpose_a],
                         .k = da[!desc->transpose_a],
                         .n = db[!desc->transpose_b],
                         .desc = *desc};
    vp_assert(db[desc->transpose_b] == z->k, "inner sizes %lld and %lld", (long long)z->k,
              (long long)db[desc->transpose_b]);
    vp_assert(rank == 2 || b->shape.dim[0] == z->batch, "batches %lld and %lld", (long long)z->batch,
              (long long)b->shape.dim[0]);

    struct vp_tensor *inputs[] = {a, b};
    struct vp_shape shape = rank == 3 ? vp_shape3(z->batch, z->m, z->n) : vp_shape2(z->m, z->n);
    struct vp_tensor *c = vp_tape_output(tape, "matmul", shape, vp_any_needs_grad(inputs, 2));
    vp_emit_gemm(tape, &(struct vp_gemm){.batch = z->batch,
                                         .m = z->m,
                                         .n = z->n,
                                         .k = z->k,
                                         .transpose_a = desc->transpose_a,
                                         .transpose_b = desc->transpose_b,
                                         .slope = 1.0f,
                                         .a = vp_value(a),
                                         .b = vp_value(b),
                                         .c = vp_value(c),
                                         .label = "matmul"});
    struct vp_node *node = vp_tape_push(tape, "matmul", matmul_backward);
    node->in[0] = a;
    node->in[1] = b;
    node->out[0] = c;
    node->attributes = z;
    return c;
}
