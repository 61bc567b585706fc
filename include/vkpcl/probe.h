/* Probes: small models on frozen features, trained on the device through the tape.
 *
 *   linear     logits = W x + b,  W ~ N(0, 0.01), b = 0;  with batch_norm, x is batch-normalised first (gain, shift)
 *   loss       cross_entropy, bce, L1, or cosine embedding of pairs (vkpcl/ops/...)
 *   optimiser  Adam, or AdamW with decay > 0; rate on half a cosine to 0 over the epochs, changed every epoch
 *
 * Features and targets are uploaded once and stay on the device; a step uploads the numbers of its rows. An epoch
 * visits every row once, in an order that depends on (seed, epoch) only; what does not fill the last batch is left out
 * of that epoch. Same device, same seed, same bits.
 *
 * Without training: k nearest neighbours by cosine, and ridge regression in closed form. Both get their inner products
 * from the device, blockwise.
 */
#ifndef VKPCL_PROBE_H
#define VKPCL_PROBE_H
#include "vkpcl/gpu.h"
#include "vkpcl/thread_pool.h"

/* ---- data on the device --------------------------------------------------------------------------------------- */

struct vp_probe_data {
    struct vp_gpu *gpu;
    int64_t rows, columns;        /* of the features */
    int64_t target_rows, outputs; /* of the targets; target_rows = rows, or pairs for the cosine embedding */
    struct vp_range features, targets;
};
enum vp_status vp_probe_data_init(struct vp_probe_data *data, struct vp_gpu *gpu, int64_t rows, int64_t columns,
                                  const float *features, int64_t target_rows, int64_t outputs, const float *targets,
                                  struct vp_error *err);
void vp_probe_data_fini(struct vp_probe_data *data);

/* ---- trained probes ------------------------------------------------------------------------------------------- */

enum vp_probe_loss {
    VP_PROBE_CROSS_ENTROPY, /* targets (rows, classes): distributions */
    VP_PROBE_BCE,           /* targets (rows, labels): 0, 1, or below 0 for missing */
    VP_PROBE_L1,            /* targets (rows, numbers) */
    VP_PROBE_COSINE         /* targets (pairs, 1): +1 or -1; outputs: length of the learned embedding */
};

struct vp_probe_desc {
    enum vp_probe_loss loss;
    bool batch_norm;
    int64_t outputs; /* VP_PROBE_COSINE: length of the embedding; else the targets' columns */
    int64_t batch;   /* rows (or pairs) of a step; made a little smaller so that few rows are left over */
    int64_t rows;    /* rows (or pairs) it will be trained on, at least 2 */
    int epochs;
    double lr, decay;
    uint64_t seed;
};

struct vp_probe;
enum vp_status vp_probe_create(struct vp_probe **probe, const struct vp_probe_data *data,
                               const struct vp_probe_desc *desc, struct vp_error *err);
void vp_probe_destroy(struct vp_probe *probe); /* NULL is allowed */

/* One epoch over `desc.rows` row numbers, in the order of the epochs. VP_ERR_NONFINITE: the fit diverged. */
enum vp_status vp_probe_epoch(struct vp_probe *probe, const uint32_t *rows, struct vp_error *err);
/* The same over pairs: pair p is rows first[p] and second[p] of the features, its sign is row p of the targets. */
enum vp_status vp_probe_epoch_pairs(struct vp_probe *probe, const uint32_t *pairs, const uint32_t *first,
                                    const uint32_t *second, struct vp_error *err);
/* Outputs for some rows of the features, with the parameters of now: out (count, outputs). Waits. */
enum vp_status vp_probe_predict(struct vp_probe *probe, const uint32_t *rows, int64_t count, float *out,
                                struct vp_error *err);

/* ---- inner products ------------------------------------------------------------------------------------------- */

/* gram (na, nb): <x[a] - mean, x[b] - mean> for rows a and b of x (., columns). mean may be NULL: nothing is taken off.
 */
struct vp_rows {
    const uint32_t *row;
    int64_t count;
};
uint64_t vp_gram_bytes(struct vp_gpu *gpu, int64_t columns); /* of device memory that vp_gram takes while it runs */
enum vp_status vp_gram(struct vp_gpu *gpu, const float *x, int64_t columns, const float *mean, struct vp_rows a,
                       struct vp_rows b, float *gram, struct vp_error *err);

/* ---- k nearest neighbours -------------------------------------------------------------------------------------- */

/* Votes: out (test, classes): each of the k nearest by cosine gives its class 1 + cosine / 2k, so that equal numbers of
 * votes are decided by nearness. label by row of x. */
enum vp_status vp_knn(struct vp_gpu *gpu, const float *x, int64_t columns, struct vp_rows train, struct vp_rows test,
                      const int *label, int classes, int k, float *out, struct vp_error *err);

/* ---- ridge regression ------------------------------------------------------------------------------------------ */

/* Minimises sum |W x + b - t|^2 + lambda |W|^2 on the training rows, b free, in double; lambda is given relative to the
 * mean squared length of the centred training rows. targets by row of x (., outputs). out (test, outputs) for each of
 * `lambdas`, one behind the other. Costs u^3 / 3 multiply-adds per lambda, u the smaller of columns and training rows.
 */
enum vp_status vp_ridge(struct vp_gpu *gpu, const float *x, int64_t columns, struct vp_rows train, struct vp_rows test,
                        const float *targets, int64_t outputs, const double *lambdas, int lambda_count, double *out,
                        struct vp_error *err);

#endif
