#include "vkpcl/ops/cross_entropy.h"
#include <math.h>

static double log_sum_exp(int64_t k, const double *x) {
    int64_t largest = 0;
    double others = 0; /* beside the largest, whose own term is 1 */
    for (int64_t j = 1; j < k; j++) largest = x[j] > x[largest] ? j : largest;
    for (int64_t j = 0; j < k; j++) others += j == largest ? 0 : exp(x[j] - x[largest]);
    return x[largest] + log1p(others);
}

void vp_cross_entropy_ref(int64_t n, int64_t k, const double *x, const double *t, double *loss) {
    *loss = 0;
    for (int64_t i = 0; i < n; i++) {
        double logsum = log_sum_exp(k, x + i * k);
        for (int64_t j = 0; j < k; j++) *loss += t[i * k + j] * (logsum - x[i * k + j]) / (double)n;
    }
}

void vp_cross_entropy_backward_ref(int64_t n, int64_t k, const double *x, const double *t, double dloss, double *dx) {
    for (int64_t i = 0; i < n; i++) {
        double logsum = log_sum_exp(k, x + i * k), mass = 0;
        for (int64_t j = 0; j < k; j++) mass += t[i * k + j];
        for (int64_t j = 0; j < k; j++)
            dx[i * k + j] = dloss / (double)n * (mass * exp(x[i * k + j] - logsum) - t[i * k + j]);
    }
}
