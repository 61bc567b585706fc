#include "vkpcl/ops/flatten.h"

void vp_flatten_ref(int64_t n, int64_t area, int64_t c, const double *x, double *y) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t p = 0; p < area; p++)
            for (int64_t k = 0; k < c; k++) y[(i * c + k) * area + p] = x[(i * area + p) * c + k];
}

void vp_flatten_backward_ref(int64_t n, int64_t area, int64_t c, const double *dy, double *dx) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t p = 0; p < area; p++)
            for (int64_t k = 0; k < c; k++) dx[(i * area + p) * c + k] = dy[(i * c + k) * area + p];
}
