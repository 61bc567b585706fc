#include "vkpcl/metrics.h"
#include <math.h>
#include <stdlib.h>

double vp_mean(int64_t count, const double *values) {
    double sum = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++)
        if (!isnan(values[i])) sum += values[i], n++;
    return n ? sum / (double)n : (double)NAN;
}

double vp_deviation(int64_t count, const double *values) {
    double mean = vp_mean(count, values), sum = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++)
        if (!isnan(values[i])) sum += (values[i] - mean) * (values[i] - mean), n++;
    return n > 1 ? sqrt(sum / (double)(n - 1)) : (double)NAN;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double vp_quantile(int64_t count, double *values, double q) {
    if (count == 0) return (double)NAN;
    qsort(values, (size_t)count, sizeof *values, rising);
    double place = q * (double)(count - 1);
    int64_t below = (int64_t)place;
    if (below + 1 >= count) return values[count - 1];
    return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}
