/* Ridge regression with X the centred training rows (n, d) and T the centred targets:
 *
 *   primal, d < n:   W = (X^T X + lambda I)^-1 X^T T,    prediction x W          on the host
 *   dual, else:      A = (X X^T + lambda I)^-1 T,        prediction x X^T A      inner products from the device
 *
 * Both give the same numbers. They share the struct below: a symmetric matrix of `size`, right-hand sides, and for
 * every row asked for the vector that is multiplied with the solution. */
#include "eval/cholesky.h"
#include "vkpcl/probe.h"
#include "vkpcl/status.h"
#include <stdlib.h>
#include <string.h>

struct ridge {
    struct vp_pool *pool;
    int64_t n, m, d, outputs, size;
    bool primal;
    float *mean;         /* (d) */
    double *matrix;      /* (size, size): lower triangle, without lambda */
    double *factor;      /* (size, size) */
    double *right;       /* (outputs, size) */
    double *asked;       /* (m, size) */
    double *target;      /* (outputs, n) */
    double *target_mean; /* (outputs) */
    double *solution;    /* (outputs, size) */
    double *transposed;  /* primal: (d, n) */
    float *gram;         /* dual: (larger of n and m, n) */
};

static bool allocate(struct ridge *r) {
    size_t size = (size_t)r->size, k = (size_t)r->outputs, n = (size_t)r->n, m = (size_t)r->m, d = (size_t)r->d;
    r->mean = malloc(d * sizeof *r->mean);
    r->matrix = malloc(size * size * sizeof *r->matrix);
    r->factor = malloc(size * size * sizeof *r->factor);
    r->right = malloc(k * size * sizeof *r->right);
    r->asked = malloc(m * size * sizeof *r->asked);
    r->target = malloc(k * n * sizeof *r->target);
    r->target_mean = malloc(k * sizeof *r->target_mean);
    r->solution = malloc(k * size * sizeof *r->solution);
    if (r->primal)
        r->transposed = malloc(d * n * sizeof *r->transposed);
    else
        r->gram = malloc((n > m ? n : m) * n * sizeof *r->gram);
    return r->mean && r->matrix && r->factor && r->right && r->asked && r->target && r->target_mean && r->solution &&
           (r->transposed || r->gram);
}

static void ridge_fini(struct ridge *r) {
    vp_pool_destroy(r->pool);
    free(r->mean);
    free(r->matrix);
    free(r->factor);
    free(r->right);
    free(r->asked);
    free(r->target);
    free(r->target_mean);
    free(r->solution);
    free(r->transposed);
    free(r->gram);
}

static void column_means(struct ridge *r, const float *x, struct vp_rows rows) {
    double *sum = calloc((size_t)r->d, sizeof *sum);
    vp_assert(sum, "no host memory for %lld means", (long long)r->d);
    for (int64_t i = 0; i < rows.count; i++)
        for (int64_t k = 0; k < r->d; k++) sum[k] += (double)x[rows.row[i] * r->d + k];
    for (int64_t k = 0; k < r->d; k++) r->mean[k] = (float)(sum[k] / (double)rows.count);
    free(sum);
}

static void centre_targets(struct ridge *r, struct vp_rows train, const float *targets) {
    for (int64_t k = 0; k < r->outputs; k++) {
        double sum = 0;
        for (int64_t i = 0; i < r->n; i++) sum += (double)targets[train.row[i] * r->outputs + k];
        r->target_mean[k] = sum / (double)r->n;
        for (int64_t i = 0; i < r->n; i++)
            r->target[k * r->n + i] = (double)targets[train.row[i] * r->outputs + k] - r->target_mean[k];
    }
}

/* ---- primal
 * ---------------------------------------------------------------------------------------------------------- */

static void primal_row(void *context, int i) {
    struct ridge *r = context;
    const double *own = r->transposed + i * r->n;
    for (int64_t j = 0; j <= i; j++) r->matrix[i * r->size + j] = vp_dot(own, r->transposed + j * r->n, r->n);
    for (int64_t k = 0; k < r->outputs; k++) r->right[k * r->size + i] = vp_dot(own, r->target + k * r->n, r->n);
}

static void build_primal(struct ridge *r, const float *x, struct vp_rows train, struct vp_rows test) {
    for (int64_t i = 0; i < r->n; i++)
        for (int64_t k = 0; k < r->d; k++)
            r->transposed[k * r->n + i] = (double)(x[train.row[i] * r->d + k] - r->mean[k]);
    vp_pool_for(r->pool, (int)r->d, primal_row, r);
    for (int64_t i = 0; i < r->m; i++)
        for (int64_t k = 0; k < r->d; k++) r->asked[i * r->size + k] = (double)(x[test.row[i] * r->d + k] - r->mean[k]);
}

/* ---- dual
 * ------------------------------------------------------------------------------------------------------------- */

static enum vp_status build_dual(struct ridge *r, struct vp_gpu *gpu, const float *x, struct vp_rows train,
                                 struct vp_rows test, struct vp_error *err) {
    enum vp_status status = vp_gram(gpu, x, r->d, r->mean, train, train, r->gram, err);
    for (int64_t i = 0; i < r->n * r->n && status == VP_OK; i++) r->matrix[i] = (double)r->gram[i];
    if (status == VP_OK) status = vp_gram(gpu, x, r->d, r->mean, test, train, r->gram, err);
    for (int64_t i = 0; i < r->m * r->n && status == VP_OK; i++) r->asked[i] = (double)r->gram[i];
    memcpy(r->right, r->target, (size_t)(r->outputs * r->n) * sizeof *r->right);
    return status;
}

/* ---- both
 * ------------------------------------------------------------------------------------------------------------- */

struct answer {
    const struct ridge *ridge;
    double *out; /* (m, outputs) */
};

static void one_output(void *context, int k) {
    const struct answer *answer = context;
    const struct ridge *r = answer->ridge;
    double *w = r->solution + k * r->size;
    memcpy(w, r->right + k * r->size, (size_t)r->size * sizeof *w);
    vp_cholesky_solve(r->factor, r->size, w);
    for (int64_t i = 0; i < r->m; i++)
        answer->out[i * r->outputs + k] = r->target_mean[k] + vp_dot(r->asked + i * r->size, w, r->size);
}

static enum vp_status solve(struct ridge *r, double lambda, double *out, struct vp_error *err) {
    double trace = 0;
    for (int64_t i = 0; i < r->size; i++) {
        memcpy(r->factor + i * r->size, r->matrix + i * r->size, (size_t)(i + 1) * sizeof *r->factor);
        trace += r->matrix[i * r->size + i];
    }
    for (int64_t i = 0; i < r->size; i++) r->factor[i * r->size + i] += lambda * trace / (double)r->n + 1e-30;
    if (!vp_cholesky(r->pool, r->factor, r->size))
        return vp_fail(err, VP_ERR_NONFINITE,
                       "ridge regression with lambda %g has no solution: the features hold NaN, or lambda is too small",
                       lambda);
    struct answer answer = {r, out};
    vp_pool_for(r->pool, (int)r->outputs, one_output, &answer);
    return VP_OK;
}

enum vp_status vp_ridge(struct vp_gpu *gpu, const float *x, int64_t columns, struct vp_rows train, struct vp_rows test,
                        const float *targets, int64_t outputs, const double *lambdas, int lambda_count, double *out,
                        struct vp_error *err) {
    struct ridge r = {.pool = vp_pool_create(0),
                      .n = train.count,
                      .m = test.count,
                      .d = columns,
                      .outputs = outputs,
                      .primal = columns < train.count};
    r.size = r.primal ? columns : train.count;
    enum vp_status status = VP_OK;
    if (!allocate(&r))
        status = vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for a ridge regression with %lld unknowns",
                         (long long)r.size);
    if (status == VP_OK) {
        column_means(&r, x, train);
        centre_targets(&r, train, targets);
        if (r.primal)
            build_primal(&r, x, train, test);
        else
            status = build_dual(&r, gpu, x, train, test, err);
    }
    for (int i = 0; i < lambda_count && status == VP_OK; i++)
        status = solve(&r, lambdas[i], out + i * r.m * outputs, err);
    ridge_fini(&r);
    return status;
}
