/* conv2d: two-dimensional convolution (cross-correlation), zero padding, with bias and leaky ReLU in its epilogue.
 *
 *   y[n,p,q,k] = act(b[k] + sum_{r,s,c} x[n, p*stride + r - pad, q*stride + s - pad, c] * w[k,r,s,c])
 *   act(v) = v > 0 ? v : slope * v              slope 1: none, 0.1: the encoder's LeakyReLU, 0: ReLU
 *   with g = dy * (y > 0 ? 1 : slope):
 *   dx[n,h,w,c] = sum_{k,r,s} g[n,p,q,k] * w[k,r,s,c] over all (p,q,r,s) with p*stride + r - pad = h, q*stride + s - pad = w
 *   dw[k,r,s,c] = sum_{n,p,q} g[n,p,q,k] * x[n, p*stride + r - pad, q*stride + s - pad, c];   db[k] = sum_{n,p,q} g[n,p,q,k]
 *
 * x (n, h, w, c), w (k, r, s, c), b (k) or NULL, y (n, p, q, k) with p = (h + 2*pad - r) / stride + 1, likewise q.
 * r, s odd; stride 1 or 2. Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).
 */
#ifndef VKPCL_OPS_CONV2D_H
#define VKPCL_OPS_CONV2D_H
#include "vkpcl/tape.h"

struct vp_conv2d_desc {
    int stride;  /* 1 or 2 */
    int pad;     /* zeros on every side; (r - 1) / 2 keeps the size at stride 1 */
    float slope; /* of the leaky ReLU; 1 for none */
};

struct vp_tensor *vp_conv2d(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *w, struct vp_tensor *b,
                            const struct vp_conv2d_desc *desc);

/* Reference: plain loops in double, dense arrays in the layouts above. b, db, dx, dw may be NULL. */
struct vp_conv2d_shape {
    int n, h, w, c, k, r, s, stride, pad;
    double slope;
};
void vp_conv2d_ref(const struct vp_conv2d_shape *shape, const double *x, const double *w, const double *b, double *y);
void vp_conv2d_backward_ref(const struct vp_conv2d_shape *shape, const double *x, const double *w, const double *y,
                            const double *dy, double *dx, double *dw, double *db);

#endif
