/* matmul: product of two matrices, or of two batches of matrices.
 *
 *   C[b] = op(A[b]) op(B[b])                 op(M) = M or its transpose
 *   with C = op(A) op(B) and g = dC:         dop(A) = g op(B)^T,   dop(B) = op(A)^T g,   transposed back where op is
 *
 * a (batch, m, k) or, transposed, (batch, k, m); b (batch, k, n) or (batch, n, k); c (batch, m, n). Rank 2 is a batch of
 * one. Source: any text on matrix calculus, e.g. Petersen and Pedersen, "The Matrix Cookbook", section 2.5.
 */
#ifndef VKPCL_OPS_MATMUL_H
#define VKPCL_OPS_MATMUL_H
#include "vkpcl/tape.h"

struct vp_matmul_desc {
    bool transpose_a, transpose_b;
};

struct vp_tensor *vp_matmul(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b,
                            const struct vp_matmul_desc *desc);

/* Reference; m, n, k are the sizes of the product, after the transposes. da, db may be NULL. */
struct vp_matmul_shape {
    int batch, m, n, k;
    bool transpose_a, transpose_b;
};
void vp_matmul_ref(const struct vp_matmul_shape *shape, const double *a, const double *b, double *c);
void vp_matmul_backward_ref(const struct vp_matmul_shape *shape, const double *a, const double *b, const double *dc,
                            double *da, double *db);

#endif
