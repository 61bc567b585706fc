/* linear: a fully connected layer, with leaky ReLU in its epilogue.
 *
 *   y[i,o] = act(b[o] + sum_j x[i,j] * w[o,j])       act(v) = v > 0 ? v : slope * v; slope 1: none, 0: ReLU
 *   with g = dy * (y > 0 ? 1 : slope):   dx = g w,   dw = g^T x,   db[o] = sum_i g[i,o]
 *
 * x (rows, in), w (out, in) as PyTorch stores it, b (out) or NULL, y (rows, out).
 */
#ifndef VKPCL_OPS_LINEAR_H
#define VKPCL_OPS_LINEAR_H
#include "vkpcl/tape.h"

struct vp_linear_desc {
    float slope;
};

struct vp_tensor *vp_linear(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *w, struct vp_tensor *b,
                            const struct vp_linear_desc *desc);

struct vp_linear_shape {
    int rows, in, out;
    double slope;
};
void vp_linear_ref(const struct vp_linear_shape *shape, const double *x, const double *w, const double *b, double *y);
void vp_linear_backward_ref(const struct vp_linear_shape *shape, const double *x, const double *w, const double *y,
                            const double *dy, double *dx, double *dw, double *db);

#endif
