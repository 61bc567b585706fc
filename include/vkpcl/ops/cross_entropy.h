/* cross_entropy: softmax cross-entropy of rows of logits against target distributions.
 *
 *   loss = 1/n * sum_i sum_k t[i,k] * (logsumexp(x[i,:]) - x[i,k])
 *   dx[i,k] = dloss / n * (softmax(x[i,:])[k] * sum_j t[i,j] - t[i,k])
 *
 * logits x (n, k), target t (n, k): one-hot for hard labels. loss (1). The target gets no gradient. Agrees with
 * PyTorch's functional.cross_entropy with class probabilities. One invocation walks one row: meant for tens of classes,
 * not thousands.
 */
#ifndef VKPCL_OPS_CROSS_ENTROPY_H
#define VKPCL_OPS_CROSS_ENTROPY_H
#include "vkpcl/tape.h"

/* n rows must fit a binding of the device. */
struct vp_tensor *vp_cross_entropy(struct vp_tape *tape, struct vp_tensor *logits, struct vp_tensor *target);

/* Reference in double. */
void vp_cross_entropy_ref(int64_t n, int64_t k, const double *x, const double *t, double *loss);
void vp_cross_entropy_backward_ref(int64_t n, int64_t k, const double *x, const double *t, double dloss, double *dx);

#endif
