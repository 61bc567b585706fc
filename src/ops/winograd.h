/* Winograd's F(4x4, 3x3): 3x3 convolutions at stride 1 with a quarter of the multiplications, and the gradients of their
 * filters. Mathematics and accuracy: shaders/conv2d/winograd.glsl.
 *
 * Three steps: tiles of 6x6 inputs are transformed; 36 products of matrices, (tiles x c) by (c x k), one for each element of a
 * tile; tiles of 4x4 outputs are transformed back. What lies between the steps stays within SCRATCH bytes: the images take
 * turns. */
#ifndef VKPCL_OPS_WINOGRAD_H
#define VKPCL_OPS_WINOGRAD_H
#include "ops/convolution.h"
#include "ops/filter_lanes.h"

/* A convolution's sizes, whatever its role: n images of p x q outputs. */
struct vp_winograd_sizes {
    int64_t n, p, q, c, k, r, s;
    int stride;
};
/* Can it be done, and is it expected to be faster than the plain convolution? */
bool vp_winograd_wanted(const struct vp_tape *tape, const struct vp_winograd_sizes *sizes);
/* Are there kernels for the products that hand values across lanes? Without them products are vp_emit_gemm's. */
bool vp_winograd_lanes(const struct vp_tape *tape);

void vp_emit_winograd(struct vp_tape *tape, const struct vp_convolution *conv);
void vp_emit_winograd_gradient(struct vp_tape *tape, const struct vp_filter_lanes *filter);

#endif
