#include "vkpcl/ops/bce.h"
#include <math.h>

void vp_bce_ref(int64_t count, const double *x, const double *t, double *loss) {
    *loss = 0;
    for (int64_t i = 0; i < count; i++)
        if (t[i] >= 0) *loss += (fmax(x[i], 0) - x[i] * t[i] + log1p(exp(-fabs(x[i])))) / (double)count;
}

void vp_bce_backward_ref(int64_t count, const double *x, const double *t, double dloss, double *dx) {
    for (int64_t i = 0; i < count; i++) dx[i] = t[i] >= 0 ? dloss / (double)count * (1 / (1 + exp(-x[i])) - t[i]) : 0;
}
