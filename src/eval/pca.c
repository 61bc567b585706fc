#include "vkpcl/pca.h"
#include "vkpcl/rng.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { OVERSAMPLING = 10, MAX_ROUNDS = 200, JACOBI_SWEEPS = 60 };
static const double CONVERGED = 1e-13; /* change of the wanted eigenvalues between rounds, relative to the largest */

static double *numbers(int64_t count) {
    double *memory = calloc((size_t)(count > 0 ? count : 1), sizeof *memory);
    vp_assert(memory, "no host memory for %lld numbers of a principal component analysis", (long long)count);
    return memory;
}

static double dot(const double *a, const double *b, int64_t n) {
    double sum[4] = {0}; /* four chains: the compiler may not reorder one */
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Rows of the centred points, or of their transpose: the side with fewer rows makes the smaller Gram matrix. */
static double *centred(const float *x, int64_t points, int64_t dims, bool transpose) {
    double *rows = numbers(points * dims);
    for (int64_t d = 0; d < dims; d++) {
        double mean = 0;
        for (int64_t i = 0; i < points; i++) mean += (double)x[i * dims + d];
        mean /= (double)points;
        for (int64_t i = 0; i < points; i++)
            rows[transpose ? d * points + i : i * dims + d] = (double)x[i * dims + d] - mean;
    }
    return rows;
}

/* g (n, n) = rows rows^T. */
static double *gram(const double *rows, int64_t n, int64_t length) {
    double *g = numbers(n * n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++)
            g[i * n + j] = g[j * n + i] = dot(rows + i * length, rows + j * length, length);
    return g;
}

/* Makes the rows of q (m, n) orthonormal (Gram-Schmidt, twice). A row that depends on those before becomes zero. */
static void orthonormalize(double *q, int m, int64_t n) {
    for (int i = 0; i < m; i++) {
        double *row = q + i * n, before = sqrt(dot(row, row, n));
        for (int pass = 0; pass < 2; pass++)
            for (int j = 0; j < i; j++) {
                double along = dot(row, q + j * n, n);
                for (int64_t k = 0; k < n; k++) row[k] -= along * q[j * n + k];
            }
        double norm = sqrt(dot(row, row, n));
        bool gone = !(norm > 1e-12 * before);
        for (int64_t k = 0; k < n; k++) row[k] = gone ? 0 : row[k] / norm;
    }
}

/* Mixes two numbers by a rotation of the plane. */
static void turn(double *x, double *y, double c, double s) {
    double old = *x;
    *x = c * old - s * *y;
    *y = s * old + c * *y;
}

/* One rotation that clears a[p][q] of the symmetric a (m, m) and is kept in the columns of v. */
static void rotate(double *a, double *v, int m, int p, int q) {
    double apq = a[p * m + q];
    if (apq == 0) return;
    double theta = (a[q * m + q] - a[p * m + p]) / (2 * apq);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < m; k++) turn(&a[k * m + p], &a[k * m + q], c, s);
    for (int k = 0; k < m; k++) turn(&a[p * m + k], &a[q * m + k], c, s);
    for (int k = 0; k < m; k++) turn(&v[k * m + p], &v[k * m + q], c, s);
}

/* Eigenvalues of the symmetric a (m, m) onto its diagonal, eigenvectors into the columns of v (cyclic Jacobi). */
static void jacobi(double *a, double *v, int m) {
    memset(v, 0, sizeof *v * (size_t)m * (size_t)m);
    for (int i = 0; i < m; i++) v[i * m + i] = 1;
    for (int sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
        double off = 0, all = 0;
        for (int i = 0; i < m * m; i++) {
            all += a[i] * a[i];
            if (i / m != i % m) off += a[i] * a[i];
        }
        if (off <= 1e-30 * all) return;
        for (int p = 0; p < m; p++)
            for (int q = p + 1; q < m; q++) rotate(a, v, m, p, q);
    }
}

/* The order of falling diagonal. */
static void falling(const double *a, int m, int *order) {
    for (int i = 0; i < m; i++) {
        int at = i;
        for (; at > 0 && a[order[at - 1] * m + order[at - 1]] < a[i * m + i]; at--) order[at] = order[at - 1];
        order[at] = i;
    }
}

/* Rayleigh-Ritz: turns the rows of q (m, n) into the best eigenvectors in their span, with z = q g; value (m). */
static void ritz(double *q, const double *z, int m, int64_t n, double *value) {
    double *a = numbers(m * m), *v = numbers(m * m), *turned = numbers(m * n);
    int *order = calloc((size_t)m, sizeof *order);
    vp_assert(order, "no host memory for %d numbers", m);
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++) a[i * m + j] = a[j * m + i] = dot(q + i * n, z + j * n, n);
    jacobi(a, v, m);
    falling(a, m, order);
    for (int i = 0; i < m; i++) {
        value[i] = a[order[i] * m + order[i]];
        for (int j = 0; j < m; j++)
            for (int64_t k = 0; k < n; k++) turned[i * n + k] += v[j * m + order[i]] * q[j * n + k];
    }
    memcpy(q, turned, sizeof *q * (size_t)m * (size_t)n);
    free(a), free(v), free(turned), free(order);
}

/* z (m, n) = q g, for the symmetric g. */
static void multiply(const double *q, const double *g, int m, int64_t n, double *z) {
    for (int i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) z[i * n + j] = dot(q + i * n, g + j * n, n);
}

/* The m largest eigenvalues of g (n, n) and their eigenvectors, the rows of q; the first `wanted` have converged. */
static void subspace(const double *g, int64_t n, int m, int wanted, double *q, double *value) {
    double *z = numbers(m * n), *last = numbers(m);
    for (int64_t i = 0; i < m * n; i++) q[i] = (double)vp_rng_normal(0, 0, (uint64_t)i);
    orthonormalize(q, m, n);
    for (int round = 0; round < MAX_ROUNDS; round++) {
        multiply(q, g, m, n, z);
        memcpy(q, z, sizeof *q * (size_t)m * (size_t)n);
        orthonormalize(q, m, n);
        multiply(q, g, m, n, z);
        ritz(q, z, m, n, value);
        double change = 0;
        for (int i = 0; i < wanted; i++) change = fmax(change, fabs(value[i] - last[i]));
        memcpy(last, value, sizeof *value * (size_t)m);
        if (change <= CONVERGED * fabs(value[0])) break;
    }
    free(z), free(last);
}

static void choose_sign(double *scores, int64_t points, int components, int k) {
    double largest = 0;
    for (int64_t i = 0; i < points; i++) /* a hair larger does not count, or rounding would choose */
        if (fabs(scores[i * components + k]) > fabs(largest) * (1 + 1e-9)) largest = scores[i * components + k];
    for (int64_t i = 0; largest < 0 && i < points; i++) scores[i * components + k] *= -1;
}

void vp_pca(const float *x, int64_t points, int64_t dims, int components, double *scores, double *share) {
    vp_assert(points >= 1 && dims >= 1 && components >= 1, "%lld points of %lld dimensions, %d components",
              (long long)points, (long long)dims, components);
    bool by_dims = dims < points;
    int64_t n = by_dims ? dims : points, length = by_dims ? points : dims, room = components + OVERSAMPLING;
    int m = (int)(n < room ? n : room), wanted = components < m ? components : m;
    double *rows = centred(x, points, dims, by_dims), *g = gram(rows, n, length);
    double *q = numbers(m * n), *value = numbers(m), total = 0;
    for (int64_t i = 0; i < n; i++) total += g[i * n + i];
    subspace(g, n, m, wanted, q, value);
    memset(scores, 0, sizeof *scores * (size_t)(points * components));
    for (int k = 0; k < components; k++) {
        bool real = k < wanted && total > 0 && value[k] > 1e-12 * value[0];
        share[k] = real ? value[k] / total : 0;
        if (!real) continue;
        for (int64_t i = 0; i < n && !by_dims; i++) scores[i * components + k] = q[k * n + i] * sqrt(value[k]);
        for (int64_t d = 0; d < n && by_dims; d++) /* rows are the transpose: scores = X v */
            for (int64_t i = 0; i < points; i++) scores[i * components + k] += rows[d * points + i] * q[k * n + d];
        choose_sign(scores, points, components, k);
    }
    free(rows), free(g), free(q), free(value);
}
