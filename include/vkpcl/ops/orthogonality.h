/* orthogonality: how much two sets of features share, as the decoder phase wants it small.
 *
 * Rows are cut into `groups` equal consecutive groups of n rows. In each:
 *   X' = X - column means,  x^[r,:] = X'[r,:] / (|X'[r,:]| + 1e-6),  likewise Y
 *   loss[g] = mean of the D x D entries of (X^^T Y^)^2  =  1/D^2 * sum_{ij} (X^ X^^T)[i,j] * (Y^ Y^^T)[i,j]
 * The second form costs n^2 D instead of n D^2. In the gradient the lengths count as constants:
 *   dX^ = 2 dloss[g] / D^2 * (Y^ Y^^T) X^,  dX' = dX^ / (|X'| + 1e-6),  dX = dX' - column means of dX'
 *
 * x, y (groups*n, D), loss (groups). Source: the PCL paper (arXiv 2211.13490), section 3.
 */
#ifndef VKPCL_OPS_ORTHOGONALITY_H
#define VKPCL_OPS_ORTHOGONALITY_H
#include "vkpcl/tape.h"

struct vp_orthogonality_desc {
    int groups;
};

struct vp_tensor *vp_orthogonality(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *y,
                                   const struct vp_orthogonality_desc *desc);

/* Reference in double, through the D x D product of the definition; arrays (groups*rows, d). The backward reference
 * wants the lengths of the rows, constant in the gradient: where the forward reference is differentiated numerically,
 * lengths_x and lengths_y (groups*rows) hand it fixed ones; NULL: those of x and y. */
struct vp_orthogonality_shape {
    int groups;
    int64_t rows, d; /* rows of one group */
};
void vp_orthogonality_lengths_ref(const struct vp_orthogonality_shape *shape, const double *x, double *lengths);
void vp_orthogonality_ref(const struct vp_orthogonality_shape *shape, const double *x, const double *y,
                          const double *lengths_x, const double *lengths_y, double *loss);
void vp_orthogonality_backward_ref(const struct vp_orthogonality_shape *shape, const double *x, const double *y,
                                   const double *dloss, double *dx, double *dy);

#endif
