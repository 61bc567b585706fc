/* By the definition: the D x D matrix X^T Y itself. */
#include "vkpcl/ops/orthogonality.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>

static double *new_array(int64_t count) {
    double *array = calloc((size_t)count + 1, sizeof *array);
    vp_assert(array, "no host memory for %lld values", (long long)count);
    return array;
}

/* Rows of one group without their column means. */
static void centre(int64_t rows, int64_t d, const double *x, double *centred) {
    for (int64_t c = 0; c < d; c++) {
        double mean = 0;
        for (int64_t r = 0; r < rows; r++) mean += x[r * d + c] / (double)rows;
        for (int64_t r = 0; r < rows; r++) centred[r * d + c] = x[r * d + c] - mean;
    }
}

static double *unit_rows(int64_t rows, int64_t d, const double *x, const double *lengths) {
    double *unit = new_array(rows * d);
    centre(rows, d, x, unit);
    for (int64_t i = 0; i < rows * d; i++) unit[i] /= lengths[i / d] + 1e-6;
    return unit;
}

/* X^T Y of one group, (d, d). */
static double *product(int64_t rows, int64_t d, const double *x, const double *y) {
    double *p = new_array(d * d);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++) p[i * d + j] += x[r * d + i] * y[r * d + j];
    return p;
}

void vp_orthogonality_lengths_ref(const struct vp_orthogonality_shape *s, const double *x, double *lengths) {
    double *centred = new_array(s->rows * s->d);
    for (int g = 0; g < s->groups; g++) {
        centre(s->rows, s->d, x + g * s->rows * s->d, centred);
        for (int64_t r = 0; r < s->rows; r++) {
            double squares = 0;
            for (int64_t c = 0; c < s->d; c++) squares += centred[r * s->d + c] * centred[r * s->d + c];
            lengths[g * s->rows + r] = sqrt(squares);
        }
    }
    free(centred);
}

void vp_orthogonality_ref(const struct vp_orthogonality_shape *s, const double *x, const double *y,
                          const double *lengths_x, const double *lengths_y, double *loss) {
    double *own_x = new_array(s->groups * s->rows), *own_y = new_array(s->groups * s->rows);
    vp_orthogonality_lengths_ref(s, x, own_x);
    vp_orthogonality_lengths_ref(s, y, own_y);
    for (int g = 0; g < s->groups; g++) {
        int64_t row = g * s->rows, start = row * s->d;
        double *ux = unit_rows(s->rows, s->d, x + start, (lengths_x ? lengths_x : own_x) + row);
        double *uy = unit_rows(s->rows, s->d, y + start, (lengths_y ? lengths_y : own_y) + row);
        double *p = product(s->rows, s->d, ux, uy);
        loss[g] = 0;
        for (int64_t i = 0; i < s->d * s->d; i++) loss[g] += p[i] * p[i] / (double)(s->d * s->d);
        free(ux);
        free(uy);
        free(p);
    }
    free(own_x);
    free(own_y);
}

/* One group: d(mean of P^2) with P = X^T Y: dX = Y dP^T, dY = X dP; then through the division and the centring. */
static void group_backward(const struct vp_orthogonality_shape *s, const double *ux, const double *uy, const double *p,
                           const double *lengths, double dloss, bool transposed, double *dx) {
    int64_t rows = s->rows, d = s->d;
    double *g = new_array(rows * d);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++) {
                double dp = 2 * p[i * d + j] * dloss / (double)(d * d) / (lengths[r] + 1e-6);
                if (transposed) {
                    g[r * d + j] += ux[r * d + i] * dp;
                } else {
                    g[r * d + i] += uy[r * d + j] * dp;
                }
            }
    centre(rows, d, g, dx);
    free(g);
}

void vp_orthogonality_backward_ref(const struct vp_orthogonality_shape *s, const double *x, const double *y,
                                   const double *dloss, double *dx, double *dy) {
    double *lengths_x = new_array(s->groups * s->rows), *lengths_y = new_array(s->groups * s->rows);
    vp_orthogonality_lengths_ref(s, x, lengths_x);
    vp_orthogonality_lengths_ref(s, y, lengths_y);
    for (int g = 0; g < s->groups; g++) {
        int64_t row = g * s->rows, start = row * s->d;
        double *ux = unit_rows(s->rows, s->d, x + start, lengths_x + row);
        double *uy = unit_rows(s->rows, s->d, y + start, lengths_y + row);
        double *p = product(s->rows, s->d, ux, uy);
        if (dx) group_backward(s, ux, uy, p, lengths_x + row, dloss[g], false, dx + start);
        if (dy) group_backward(s, ux, uy, p, lengths_y + row, dloss[g], true, dy + start);
        free(ux);
        free(uy);
        free(p);
    }
    free(lengths_x);
    free(lengths_y);
}
