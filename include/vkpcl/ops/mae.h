/* mae: mean absolute error of several blocks of images, each against the target block that a table names.
 *
 *   loss[j] = mean over block j of |prediction - target block target_of[j]|
 *   dprediction = sign(prediction - target) * dloss[j] / (elements of a block)          sign(0) = 0
 *
 * prediction (blocks*images, ...), target (t*images, ...), loss (blocks). The target gets no gradient.
 */
#ifndef VKPCL_OPS_MAE_H
#define VKPCL_OPS_MAE_H
#include "vkpcl/tape.h"

enum { VP_MAE_BLOCKS = 8 };
struct vp_mae_desc {
    int64_t images; /* first dimension of one block */
    int blocks;     /* of the prediction; at most VP_MAE_BLOCKS */
    int target_of[VP_MAE_BLOCKS];
};

struct vp_tensor *vp_mae(struct vp_tape *tape, struct vp_tensor *prediction, struct vp_tensor *target,
                         const struct vp_mae_desc *desc);

/* Reference in double; `image` elements in an image. */
void vp_mae_ref(const struct vp_mae_desc *desc, int64_t image, const double *prediction, const double *target,
                double *loss);
void vp_mae_backward_ref(const struct vp_mae_desc *desc, int64_t image, const double *prediction, const double *target,
                         const double *dloss, double *dprediction);

#endif
