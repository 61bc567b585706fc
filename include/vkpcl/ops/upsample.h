/* upsample: bilinear enlargement by two with half-pixel centres, after a leaky ReLU (the decoder's relu -> up).
 *
 *   x' = act(x),  act(v) = v > 0 ? v : slope * v              slope 1: none, 0: ReLU
 *   y[n,p,q,c] = sum_{i,j} a(p,i) * a(q,j) * x'[n,i,j,c]
 *   a(2i, i) = a(2i+1, i) = 3/4,  a(2i, i-1) = a(2i+1, i+1) = 1/4;   an index beyond the edge counts as the edge
 *   dx[n,i,j,c] = (x > 0 ? 1 : slope) * sum_{p,q} a(p,i) * a(q,j) * dy[n,p,q,c]
 *
 * x (n, h, w, c), y (n, 2h, 2w, c), any sizes from 1 on. The backward pass reads x when slope is not 1.
 * Agrees with PyTorch's interpolate(scale_factor=2, mode="bilinear", align_corners=False).
 */
#ifndef VKPCL_OPS_UPSAMPLE_H
#define VKPCL_OPS_UPSAMPLE_H
#include "vkpcl/tape.h"

struct vp_tensor *vp_upsample(struct vp_tape *tape, struct vp_tensor *x, float slope);

/* Reference: plain loops in double, dense arrays; h and w are those of x. */
struct vp_upsample_shape {
    int n, h, w, c;
    double slope;
};
void vp_upsample_ref(const struct vp_upsample_shape *shape, const double *x, double *y);
void vp_upsample_backward_ref(const struct vp_upsample_shape *shape, const double *x, const double *dy, double *dx);

#endif
