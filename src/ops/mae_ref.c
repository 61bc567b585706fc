#include "vkpcl/ops/mae.h"
#include <math.h>

void vp_mae_ref(const struct vp_mae_desc *desc, int64_t image, const double *prediction, const double *target,
                double *loss) {
    int64_t block = desc->images * image;
    for (int j = 0; j < desc->blocks; j++) {
        loss[j] = 0;
        for (int64_t i = 0; i < block; i++)
            loss[j] += fabs(prediction[j * block + i] - target[desc->target_of[j] * block + i]);
        loss[j] /= (double)block;
    }
}

void vp_mae_backward_ref(const struct vp_mae_desc *desc, int64_t image, const double *prediction, const double *target,
                         const double *dloss, double *dprediction) {
    int64_t block = desc->images * image;
    for (int j = 0; j < desc->blocks; j++) {
        for (int64_t i = 0; i < block; i++) {
            double d = prediction[j * block + i] - target[desc->target_of[j] * block + i];
            dprediction[j * block + i] = (double)((d > 0) - (d < 0)) * dloss[j] / (double)block;
        }
    }
}
