/* bce: binary cross-entropy on logits, for labels that may all be true at once.
 *
 *   loss = 1/(n k) * sum over labelled i,k of  max(x, 0) - x t + log(1 + exp(-|x|))
 *   dx   = dloss / (n k) * (sigmoid(x) - t)                          0 where unlabelled
 *
 * logits x (n, k); target t (n, k) in [0, 1], or below 0 where nobody labelled the entry, which then counts nothing.
 * loss (1). The target gets no gradient. Where all is labelled it agrees with PyTorch's
 * binary_cross_entropy_with_logits.
 */
#ifndef VKPCL_OPS_BCE_H
#define VKPCL_OPS_BCE_H
#include "vkpcl/tape.h"

/* n * k values must fit a binding of the device. */
struct vp_tensor *vp_bce(struct vp_tape *tape, struct vp_tensor *logits, struct vp_tensor *target);

/* Reference in double over `count` values. */
void vp_bce_ref(int64_t count, const double *x, const double *t, double *loss);
void vp_bce_backward_ref(int64_t count, const double *x, const double *t, double dloss, double *dx);

#endif
