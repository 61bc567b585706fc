/* Left-looking: a block of columns at a time, its rows independent of each other once its triangle is done. */
#include "eval/cholesky.h"
#include <math.h>

enum { BLOCK = 64, CHUNK = 32 }; /* columns factored together; rows of one job */

/* Eight sums side by side: the compiler may keep them in vector registers without reordering any addition. */
double vp_dot(const double *a, const double *b, int64_t n) {
    double sum[8] = {0}, rest = 0;
    int64_t k = 0;
    for (; k + 8 <= n; k += 8)
        for (int j = 0; j < 8; j++) sum[j] += a[k + j] * b[k + j];
    for (; k < n; k++) rest += a[k] * b[k];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])) + rest;
}

struct block {
    double *m;
    int64_t n, from, to; /* columns */
};

static void solve_row(const struct block *b, int64_t i) {
    for (int64_t j = b->from; j < b->to && j <= i; j++) {
        double rest = b->m[i * b->n + j] - vp_dot(b->m + i * b->n, b->m + j * b->n, j);
        b->m[i * b->n + j] = i == j ? sqrt(rest) : rest / b->m[j * b->n + j];
    }
}

static void solve_chunk(void *context, int index) {
    const struct block *b = context;
    int64_t first = b->to + (int64_t)index * CHUNK, end = first + CHUNK < b->n ? first + CHUNK : b->n;
    for (int64_t i = first; i < end; i++) solve_row(b, i);
}

bool vp_cholesky(struct vp_pool *pool, double *m, int64_t n) {
    for (int64_t from = 0; from < n; from += BLOCK) {
        struct block b = {m, n, from, from + BLOCK < n ? from + BLOCK : n};
        for (int64_t i = b.from; i < b.to; i++) {
            solve_row(&b, i);
            if (!(m[i * n + i] > 0)) return false;
        }
        vp_pool_for(pool, (int)((n - b.to + CHUNK - 1) / CHUNK), solve_chunk, &b);
    }
    return true;
}

/* Forward by rows of L, then back by columns of L^T, which are rows of L again. */
void vp_cholesky_solve(const double *l, int64_t n, double *b) {
    for (int64_t i = 0; i < n; i++) b[i] = (b[i] - vp_dot(l + i * n, b, i)) / l[i * n + i];
    for (int64_t i = n - 1; i >= 0; i--) {
        b[i] /= l[i * n + i];
        for (int64_t j = 0; j < i; j++) b[j] -= l[i * n + j] * b[i];
    }
}
