/* flatten: images to vectors in the world's C, H, W order.
 *
 *   y[n, (c * h + i) * w + j] = x[n,i,j,c];    dx is the same exchange of dy
 *
 * x (n, h, w, c), y (n, c*h*w): what a linear layer trained elsewhere expects.
 */
#ifndef VKPCL_OPS_FLATTEN_H
#define VKPCL_OPS_FLATTEN_H
#include "vkpcl/tape.h"

struct vp_tensor *vp_flatten(struct vp_tape *tape, struct vp_tensor *x);

/* Reference in double: y (n, c, area) of x (n, area, c), and back. */
void vp_flatten_ref(int64_t n, int64_t area, int64_t c, const double *x, double *y);
void vp_flatten_backward_ref(int64_t n, int64_t area, int64_t c, const double *dy, double *dx);

#endif
