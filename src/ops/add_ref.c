#include "vkpcl/ops/add.h"

void vp_add_ref(double slope, int64_t count, const double *a, const double *b, double *y) {
    for (int64_t i = 0; i < count; i++) {
        double v = a[i] + b[i];
        y[i] = v > 0 ? v : slope * v;
    }
}

void vp_add_backward_ref(double slope, int64_t count, const double *y, const double *dy, double *da, double *db) {
    for (int64_t i = 0; i < count; i++) {
        double g = dy[i] * (y[i] > 0 ? 1 : slope);
        if (da) da[i] = g;
        if (db) db[i] = g;
    }
}
