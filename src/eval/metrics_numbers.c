#include "vkpcl/metrics.h"
#include <math.h>

double vp_mean_absolute_error(int64_t count, const double *truth, const double *predicted) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += fabs(truth[i] - predicted[i]);
    return count ? sum / (double)count : (double)NAN;
}

double vp_r2(int64_t count, const double *truth, const double *predicted) {
    double mean = 0, spread = 0, error = 0;
    for (int64_t i = 0; i < count; i++) mean += truth[i] / (double)count;
    for (int64_t i = 0; i < count; i++) {
        spread += (truth[i] - mean) * (truth[i] - mean);
        error += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
    }
    return spread > 0 ? 1 - error / spread : (double)NAN;
}

double vp_error_in_bin(int64_t count, const double *key, const double *truth, const double *predicted, double low,
                       double high, int64_t *in) {
    double sum = 0;
    *in = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!(fabs(key[i]) >= low && fabs(key[i]) < high)) continue;
        sum += fabs(truth[i] - predicted[i]);
        ++*in;
    }
    return *in ? sum / (double)*in : (double)NAN;
}
