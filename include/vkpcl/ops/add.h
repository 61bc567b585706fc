/* add: the sum of two tensors, with the leaky ReLU of a residual block's end.
 *
 *   y = act(a + b)     act(v) = v > 0 ? v : slope * v       slope 1: none, 0: ReLU
 *   da = db = dy * (y > 0 ? 1 : slope)
 *
 * a, b and y have the same shape, any rank. The backward pass reads y only when slope is not 1.
 * Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2015).
 */
#ifndef VKPCL_OPS_ADD_H
#define VKPCL_OPS_ADD_H
#include "vkpcl/tape.h"

/* slope >= 0. a and b may be the same tensor. */
struct vp_tensor *vp_add(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b, float slope);

/* Reference in double, `count` elements. da and db may be NULL. */
void vp_add_ref(double slope, int64_t count, const double *a, const double *b, double *y);
void vp_add_backward_ref(double slope, int64_t count, const double *y, const double *dy, double *da, double *db);

#endif
