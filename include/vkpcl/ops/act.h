/* act: an activation of every element.
 *
 *   leaky:  y = x > 0 ? x : slope * x        dx = dy * (y > 0 ? 1 : slope)       slope >= 0; 0 is the ReLU
 *   tanh:   y = tanh(x)                      dx = dy * (1 - y * y)
 *
 * x and y have the same shape, any rank. The backward pass reads y, not x, so x need not be kept.
 * Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
 */
#ifndef VKPCL_OPS_ACT_H
#define VKPCL_OPS_ACT_H
#include "vkpcl/tape.h"

enum vp_act_kind { VP_ACT_NONE = 0, VP_ACT_LEAKY = 1, VP_ACT_TANH = 2 };

struct vp_act_desc {
    enum vp_act_kind kind; /* VP_ACT_LEAKY or VP_ACT_TANH */
    float slope;           /* of VP_ACT_LEAKY; >= 0, so that the sign of y tells the sign of x */
};

struct vp_tensor *vp_act(struct vp_tape *tape, struct vp_tensor *x, const struct vp_act_desc *desc);

/* Reference in double, `count` elements. */
void vp_act_ref(const struct vp_act_desc *desc, int64_t count, const double *x, double *y);
void vp_act_backward_ref(const struct vp_act_desc *desc, int64_t count, const double *y, const double *dy, double *dx);

#endif
