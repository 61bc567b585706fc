#include "vkpcl/ops/mul_add.h"

void vp_mul_add_ref(double scale, int64_t count, const double *a, const double *b, double *y) {
    for (int64_t i = 0; i < count; i++) y[i] = a[i] + scale * b[i];
}

void vp_mul_add_backward_ref(double scale, int64_t count, const double *dy, double *da, double *db) {
    for (int64_t i = 0; i < count; i++) {
        if (da) da[i] = dy[i];
        if (db) db[i] = scale * dy[i];
    }
}
