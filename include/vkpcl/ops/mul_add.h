/* mul_add: a tensor plus a constant multiple of another (images and their noise).
 *
 *   y = a + scale * b           da = dy,  db = scale * dy
 *
 * a, b and y have the same shape, any rank.
 */
#ifndef VKPCL_OPS_MUL_ADD_H
#define VKPCL_OPS_MUL_ADD_H
#include "vkpcl/tape.h"

struct vp_tensor *vp_mul_add(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b, float scale);

/* Reference in double, `count` elements. da and db may be NULL. */
void vp_mul_add_ref(double scale, int64_t count, const double *a, const double *b, double *y);
void vp_mul_add_backward_ref(double scale, int64_t count, const double *dy, double *da, double *db);

#endif
