/* l2_normalize: every row divided by its length.
 *
 *   y[r,:] = x[r,:] / n[r],   n[r] = max(|x[r,:]|, 1e-12)
 *   dx[r,:] = (dy[r,:] - y[r,:] * <y[r,:], dy[r,:]>) / n[r]      without the second term where the 1e-12 took over
 *
 * x, y (rows, c). Agrees with PyTorch's functional.normalize.
 */
#ifndef VKPCL_OPS_L2_NORMALIZE_H
#define VKPCL_OPS_L2_NORMALIZE_H
#include "vkpcl/tape.h"

struct vp_tensor *vp_l2_normalize(struct vp_tape *tape, struct vp_tensor *x);

/* Reference in double, arrays (rows, c). */
void vp_l2_normalize_ref(int64_t rows, int64_t c, const double *x, double *y);
void vp_l2_normalize_backward_ref(int64_t rows, int64_t c, const double *x, const double *dy, double *dx);

#endif
