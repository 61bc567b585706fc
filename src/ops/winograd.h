/* Winograd's F(4x4, 3x3): 3x3 convolutions at stride 1 with a quarter of the multiplications, and the gradients of
 * their filters. The mathematics and what it costs in digits: shaders/conv2d/winograd.glsl.
 *
 * Three steps: tiles of 6x6 inputs are transformed; 36 products of matrices, (tiles x c) by (c x k), one for each
 * element of a tile; tiles of 4x4 outputs are transformed back. Launches count the operations of the plain convolution,
 * so that figures compare.
 *
 * On GPUs the products are the tile engine's, and what lies between the steps goes through memory: for each tile 36
 * values of c channels are written and read, and 36 of k, 288 (c + k) bytes, against 288 c k operations of the plain
 * convolution. At c = k = 256, with 35 TFLOP/s and 3 TB/s as on a large card, that is 135 + 49 ns for what takes 540;
 * with 64 channels 8 + 12 for 34; and groups of this size stay in such a card's cache. Nobody has measured it: it
 * stands behind the plain tiles, for tuning to find. */
#ifndef VKPCL_OPS_WINOGRAD_H
#define VKPCL_OPS_WINOGRAD_H
#include "ops/convolution.h"
#include "ops/filter_lanes.h"

/* A convolution's sizes, whatever its role: n images of p x q outputs. */
struct vp_winograd_sizes {
    int64_t n, p, q, c, k, r, s;
    int stride;
};
/* Can it be done, and is it expected to be a tenth faster than the plain convolution? */
bool vp_winograd_wanted(const struct vp_tape *tape, const struct vp_winograd_sizes *sizes);
/* Are there kernels whose products hand values across lanes? Without them products are vp_emit_gemm's. */
bool vp_winograd_lanes(const struct vp_tape *tape);

/* The same for subgroups of four lanes, whose texel buffers are short: forward and backward-data only. */
bool vp_winograd_on_quads(const struct vp_tape *tape, const struct vp_winograd_sizes *sizes);

/* Sizes as vp_winograd_wanted wants them; y_step 1, one filter for all images. */
void vp_emit_winograd(struct vp_tape *tape, const struct vp_convolution *conv);
void vp_emit_winograd_gradient(struct vp_tape *tape, const struct vp_filter_lanes *filter);

#endif
