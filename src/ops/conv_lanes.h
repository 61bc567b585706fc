/* Convolutions on the kernels that hand values across lanes (shaders/conv2d/conv2d_lanes.comp, conv2d_pixels.comp), for
 * software devices. They also serve products with a matrix of weights: a 1x1 convolution of 1x1 images. */
#ifndef VKPCL_OPS_CONV_LANES_H
#define VKPCL_OPS_CONV_LANES_H
#include "ops/convolution.h"

/* Is this faster here than what goes through shared memory? */
bool vp_conv_lanes_wanted(const struct vp_tape *tape);
/* Are there subgroups of a size that fits, and texel buffers for everything that may be bound? */
bool vp_lanes_have_texels(const struct vp_tape *tape);
void vp_emit_conv_lanes(struct vp_tape *tape, const struct vp_convolution *conv);

#endif
