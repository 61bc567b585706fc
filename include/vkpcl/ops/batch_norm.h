/* batch_norm: batch normalisation of the last dimension, over one or several groups of rows.
 *
 * Rows (all dimensions but the last) are cut into `groups` equal consecutive groups; each is a call of its own with its
 * own statistics over its N rows. For each channel and group: mean = sum(x) / N,  var = sum((x - mean)^2) / N,  x^ = (x
 * - mean) / sqrt(var + eps),  y = gamma * x^ + beta running_mean += momentum * (mean - running_mean) running_var  +=
 * momentum * (var * N / (N - 1) - running_var)           group after group, in order dx = gamma / sqrt(var + eps) * (dy
 * - mean(dy) - x^ * mean(dy * x^)),  dgamma = sum(dy * x^),  dbeta = sum(dy) In inference (vp_tape_training false) mean
 * and var are the running ones, which then stay as they are.
 *
 * x, y (n, c) or (n, h, w, c); gamma, beta, running_mean, running_var (c). N >= 2 in training.
 * The statistics are sums of centred squares joined block by block, so a mean far from zero costs no digits.
 * Source: Ioffe and Szegedy, "Batch normalization" (2015); Chan, Golub and LeVeque (1979) for the joining.
 */
#ifndef VKPCL_OPS_BATCH_NORM_H
#define VKPCL_OPS_BATCH_NORM_H
#include "vkpcl/tape.h"

struct vp_batch_norm_desc {
    int groups;     /* >= 1; divides the rows */
    float eps;      /* 1e-5 in PyTorch */
    float momentum; /* 0.1 in PyTorch */
};

/* running_mean and running_var are changed in place by every run of a training tape. */
struct vp_tensor *vp_batch_norm(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *gamma,
                                struct vp_tensor *beta, struct vp_tensor *running_mean, struct vp_tensor *running_var,
                                const struct vp_batch_norm_desc *desc);

/* Reference in double; x, y (groups * rows, c). In training running_* are moved (they may be NULL then); in inference
 * they are read, and only the forward reference exists. */
struct vp_batch_norm_shape {
    int64_t rows; /* of one group */
    int groups, c;
    double eps, momentum;
    bool training;
};
void vp_batch_norm_ref(const struct vp_batch_norm_shape *shape, const double *x, const double *gamma,
                       const double *beta, double *running_mean, double *running_var, double *y);
void vp_batch_norm_backward_ref(const struct vp_batch_norm_shape *shape, const double *x, const double *gamma,
                                const double *dy, double *dx, double *dgamma, double *dbeta);

#endif
