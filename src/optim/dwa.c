#include "vkpcl/dwa.h"
#include <math.h>

void vp_dwa_add(struct vp_dwa *dwa, double face, double pose) {
    dwa->sum[VP_DWA_FACE] += face;
    dwa->sum[VP_DWA_POSE] += pose;
    dwa->count++;
}

void vp_dwa_end_epoch(struct vp_dwa *dwa) {
    if (!dwa->count) return;
    for (int k = 0; k < VP_DWA_LOSSES; k++) {
        dwa->before[k] = dwa->last[k];
        dwa->last[k] = dwa->sum[k] / (double)dwa->count;
        dwa->sum[k] = 0;
    }
    dwa->count = 0;
    dwa->epochs++;
}

void vp_dwa_weights(const struct vp_dwa *dwa, double weight[VP_DWA_LOSSES]) {
    double ratio[VP_DWA_LOSSES];
    for (int k = 0; k < VP_DWA_LOSSES; k++) {
        weight[k] = 1;
        ratio[k] = dwa->before[k] != 0 ? dwa->last[k] / dwa->before[k] : 1;
    }
    if (dwa->epochs < 2) return;
    /* The softmax of r / 2, written with the difference so that a loss that explodes does not overflow. */
    double half = 0.5 * (ratio[VP_DWA_POSE] - ratio[VP_DWA_FACE]);
    weight[VP_DWA_FACE] = 2 / (1 + exp(half));
    weight[VP_DWA_POSE] = 2 / (1 + exp(-half));
}
