#include "vkpcl/ops/l2_normalize.h"
#include <math.h>

static double length(int64_t c, const double *x) {
    double squares = 0;
    for (int64_t i = 0; i < c; i++) squares += x[i] * x[i];
    return sqrt(squares);
}

void vp_l2_normalize_ref(int64_t rows, int64_t c, const double *x, double *y) {
    for (int64_t r = 0; r < rows; r++, x += c, y += c) {
        double divisor = fmax(length(c, x), 1e-12);
        for (int64_t i = 0; i < c; i++) y[i] = x[i] / divisor;
    }
}

void vp_l2_normalize_backward_ref(int64_t rows, int64_t c, const double *x, const double *dy, double *dx) {
    for (int64_t r = 0; r < rows; r++, x += c, dy += c, dx += c) {
        double size = length(c, x), divisor = fmax(size, 1e-12), along = 0;
        if (size >= 1e-12)
            for (int64_t i = 0; i < c; i++) along += x[i] / divisor * dy[i];
        for (int64_t i = 0; i < c; i++) dx[i] = (dy[i] - x[i] / divisor * along) / divisor;
    }
}
