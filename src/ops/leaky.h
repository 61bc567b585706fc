/* Gradient through a leaky ReLU that an op fused behind itself, in place on the gradient of its output. */
#ifndef VKPCL_OPS_LEAKY_H
#define VKPCL_OPS_LEAKY_H
#include "vkpcl/tape.h"

/* dy[i] *= slope where y[i] <= 0, rows x row_elements of them. The caller's node must be the last reader of dy. */
void vp_emit_leaky_backward(struct vp_tape *tape, struct vp_bind y, struct vp_bind dy, int64_t rows,
                            int64_t row_elements, float slope);

#endif
