/* softmax: over the last dimension, or over the rows of each matrix of a batch.
 *
 *   columns: y[r,c]   = exp(x[r,c] - max_k x[r,k]) / sum_k exp(x[r,k] - max)
 *   rows:    y[b,r,c] = exp(x[b,r,c] - max_k x[b,k,c]) / sum_k exp(x[b,k,c] - max)
 *   dx = y * (dy - sum_k dy[k] * y[k])           the sum over the same dimension
 *
 * x and y have the same shape. columns: any rank, (rows, c). rows: the first dimension is the batch, the last the
 * columns, all in between the rows: (b, r, c) or (n, h, w, c). The largest value is subtracted first, so nothing
 * overflows.
 */
#ifndef VKPCL_OPS_SOFTMAX_H
#define VKPCL_OPS_SOFTMAX_H
#include "vkpcl/tape.h"

enum vp_softmax_axis { VP_SOFTMAX_COLUMNS, VP_SOFTMAX_ROWS };

struct vp_softmax_desc {
    enum vp_softmax_axis axis;
};

struct vp_tensor *vp_softmax(struct vp_tape *tape, struct vp_tensor *x, const struct vp_softmax_desc *desc);

/* Reference in double over the middle index of arrays (outer, length, inner). */
struct vp_softmax_shape {
    int64_t outer, length, inner;
};
void vp_softmax_ref(const struct vp_softmax_shape *shape, const double *x, double *y);
void vp_softmax_backward_ref(const struct vp_softmax_shape *shape, const double *y, const double *dy, double *dx);

#endif
