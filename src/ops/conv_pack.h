/* A filter in the order in which the kernels for software devices read it (shaders/conv2d/conv2d_pack.comp). */
#ifndef VKPCL_OPS_CONV_PACK_H
#define VKPCL_OPS_CONV_PACK_H
#include "ops/convolution.h"

struct vp_conv_packing {
    int64_t group;          /* 4 * group output channels lie together */
    int64_t taps, channels; /* columns and input channels as the kernel sees them */
    int64_t depth, rounds;  /* input channels of a round, and rounds */
    int64_t blocks;         /* of 4 * group output channels */
};
/* vec4 of one packed filter. */
int64_t vp_conv_pack_fours(const struct vp_convolution *conv, const struct vp_conv_packing *packing);
/* Emits the packing; returns the packed filter, or filters where every image has its own. */
struct vp_slot *vp_emit_conv_pack(struct vp_tape *tape, const struct vp_convolution *conv,
                                  const struct vp_conv_packing *packing);

#endif
