#include "vkpcl/ops/act.h"
#include <math.h>

void vp_act_ref(const struct vp_act_desc *desc, int64_t count, const double *x, double *y) {
    for (int64_t i = 0; i < count; i++) {
        if (desc->kind == VP_ACT_TANH) {
            y[i] = tanh(x[i]);
        } else {
            y[i] = x[i] > 0 ? x[i] : (double)desc->slope * x[i];
        }
    }
}

void vp_act_backward_ref(const struct vp_act_desc *desc, int64_t count, const double *y, const double *dy, double *dx) {
    for (int64_t i = 0; i < count; i++) {
        if (desc->kind == VP_ACT_TANH) {
            dx[i] = dy[i] * (1 - y[i] * y[i]);
        } else {
            dx[i] = dy[i] * (y[i] > 0 ? 1 : (double)desc->slope);
        }
    }
}
