/* Ridge regression in the dual: the Gram matrix from the device, the solution in double on the host's threads. */
#include "vkpcl/probe.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64, CHUNK = 32 }; /* columns factored together; rows of one job */

/* Eight sums side by side: the compiler may keep them in vector registers without reordering any addition. */
static double dot(const double *a, const double *b, int64_t n) {
    double sum[8] = {0}, rest = 0;
    int64_t k = 0;
    for (; k + 8 <= n; k += 8)
        for (int j = 0; j < 8; j++) sum[j] += a[k + j] * b[k + j];
    for (; k < n; k++) rest += a[k] * b[k];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])) + rest;
}

/* ---- Cholesky, left-looking: L L^T = M, row by row inside a block of columns ----------------------------------- */

struct factor {
    double *m;           /* (n, n); its lower triangle becomes L */
    int64_t n, from, to; /* columns of the block */
};

static void solve_row(const struct factor *f, int64_t i) {
    for (int64_t j = f->from; j < f->to && j <= i; j++) {
        double rest = f->m[i * f->n + j] - dot(f->m + i * f->n, f->m + j * f->n, j);
        f->m[i * f->n + j] = i == j ? sqrt(rest) : rest / f->m[j * f->n + j];
    }
}

static void solve_chunk(void *context, int index) {
    const struct factor *f = context;
    int64_t first = f->to + (int64_t)index * CHUNK, end = first + CHUNK < f->n ? first + CHUNK : f->n;
    for (int64_t i = first; i < end; i++) solve_row(f, i);
}

/* false: not positive definite. */
static bool factorise(struct vp_pool *pool, double *m, int64_t n) {
    for (int64_t from = 0; from < n; from += BLOCK) {
        struct factor f = {m, n, from, from + BLOCK < n ? from + BLOCK : n};
        for (int64_t i = f.from; i < f.to; i++) {
            solve_row(&f, i);
            if (!(m[i * n + i] > 0)) return false;
        }
        vp_pool_for(pool, (int)((n - f.to + CHUNK - 1) / CHUNK), solve_chunk, &f);
    }
    return true;
}

/* One right-hand side, in place: L y = b, then L^T a = y by columns of L^T, which are rows of L. */
static void substitute(const double *l, int64_t n, double *b) {
    for (int64_t i = 0; i < n; i++) b[i] = (b[i] - dot(l + i * n, b, i)) / l[i * n + i];
    for (int64_t i = n - 1; i >= 0; i--) {
        b[i] /= l[i * n + i];
        for (int64_t j = 0; j < i; j++) b[j] -= l[i * n + j] * b[i];
    }
}

/* ---- the regression ---------------------------------------------------------------------------------------------- */

struct ridge {
    struct vp_pool *pool;
    int64_t n, m, outputs;
    float *mean, *train_gram, *test_gram;  /* (columns), (n, n), (m, n) */
    double *matrix, *target, *target_mean; /* (n, n), (outputs, n), (outputs) */
};

static void column_means(const float *x, int64_t columns, struct vp_rows rows, float *mean) {
    double *sum = calloc((size_t)columns, sizeof *sum);
    vp_assert(sum, "no host memory for %lld means", (long long)columns);
    for (int64_t i = 0; i < rows.count; i++)
        for (int64_t k = 0; k < columns; k++) sum[k] += (double)x[rows.row[i] * columns + k];
    for (int64_t k = 0; k < columns; k++) mean[k] = (float)(sum[k] / (double)rows.count);
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

struct substitution {
    const struct ridge *ridge;
    double *solution; /* (outputs, n) */
    double *out;      /* (m, outputs) */
};

static void one_output(void *context, int k) {
    const struct substitution *s = context;
    const struct ridge *r = s->ridge;
    double *a = s->solution + k * r->n;
    memcpy(a, r->target + k * r->n, (size_t)r->n * sizeof *a);
    substitute(r->matrix, r->n, a);
    for (int64_t i = 0; i < r->m; i++) {
        double sum = r->target_mean[k];
        for (int64_t j = 0; j < r->n; j++) sum += (double)r->test_gram[i * r->n + j] * a[j];
        s->out[i * r->outputs + k] = sum;
    }
}

static enum vp_status solve(struct ridge *r, double lambda, double *solution, double *out, struct vp_error *err) {
    double diagonal = 0;
    for (int64_t i = 0; i < r->n; i++) {
        for (int64_t j = 0; j <= i; j++) r->matrix[i * r->n + j] = (double)r->train_gram[i * r->n + j];
        diagonal += r->matrix[i * r->n + i] / (double)r->n;
    }
    for (int64_t i = 0; i < r->n; i++) r->matrix[i * r->n + i] += lambda * diagonal + 1e-30;
    if (!factorise(r->pool, r->matrix, r->n))
        return vp_fail(err, VP_ERR_NONFINITE,
                       "ridge regression with lambda %g has no solution: the features hold NaN, or lambda is too small",
                       lambda);
    struct substitution s = {r, solution, out};
    vp_pool_for(r->pool, (int)r->outputs, one_output, &s);
    return VP_OK;
}

enum vp_status vp_ridge(struct vp_gpu *gpu, const float *x, int64_t columns, struct vp_rows train, struct vp_rows test,
                        const float *targets, int64_t outputs, const double *lambdas, int lambda_count, double *out,
                        struct vp_error *err) {
    struct ridge r = {.pool = vp_pool_create(0), .n = train.count, .m = test.count, .outputs = outputs};
    size_t n = (size_t)r.n, m = (size_t)r.m, k = (size_t)outputs;
    r.mean = malloc((size_t)columns * sizeof *r.mean);
    r.train_gram = malloc(n * n * sizeof *r.train_gram);
    r.test_gram = malloc(m * n * sizeof *r.test_gram);
    r.matrix = malloc(n * n * sizeof *r.matrix);
    r.target = malloc(k * n * sizeof *r.target);
    r.target_mean = malloc(k * sizeof *r.target_mean);
    double *solution = malloc(k * n * sizeof *solution);
    enum vp_status status = VP_OK;
    if (!r.mean || !r.train_gram || !r.test_gram || !r.matrix || !r.target || !r.target_mean || !solution)
        status =
            vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for a ridge regression on %lld rows", (long long)r.n);
    if (status == VP_OK) {
        column_means(x, columns, train, r.mean);
        centre_targets(&r, train, targets);
        status = vp_gram(gpu, x, columns, r.mean, train, train, r.train_gram, err);
    }
    if (status == VP_OK) status = vp_gram(gpu, x, columns, r.mean, test, train, r.test_gram, err);
    for (int i = 0; i < lambda_count && status == VP_OK; i++)
        status = solve(&r, lambdas[i], solution, out + i * r.m * outputs, err);
    vp_pool_destroy(r.pool);
    free(r.mean);
    free(r.train_gram);
    free(r.test_gram);
    free(r.matrix);
    free(r.target);
    free(r.target_mean);
    free(solution);
    return status;
}
