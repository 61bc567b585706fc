/* The matrix product every op shares: linear layers, attention, Gram matrices. Not an op itself; it has no gradient. */
#ifndef VKPCL_OPS_GEMM_H
#define VKPCL_OPS_GEMM_H
#include "vkpcl/tape.h"

/* C[b] (+)= act(op(A[b]) op(B[b]) + bias): op transposes where asked.
 * A is (batch, m, k), or (batch, k, m) when transpose_a; B is (batch, k, n), or (batch, n, k) when transpose_b;
 * C is (batch, m, n); bias (n) or slot NULL. With accumulate, bias and activation must be absent. */
struct vp_gemm {
    int64_t batch, m, n, k;
    bool transpose_a, transpose_b;
    bool accumulate;
    float slope; /* leaky ReLU behind it; 1: none */
    struct vp_bind a, b, bias, c;
    double flops; /* what it stands for; 0: the product's own */
    const char *label;
};
void vp_emit_gemm(struct vp_tape *tape, const struct vp_gemm *gemm);

#endif
