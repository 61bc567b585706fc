/* Convolutions on the tile engine (shaders/conv2d/conv2d_tile.comp), for GPUs. */
#ifndef VKPCL_OPS_CONV_TILE_H
#define VKPCL_OPS_CONV_TILE_H
#include "ops/convolution.h"

/* A variant of the kernel: the pixels and channels that a workgroup owns. */
struct vp_conv_tile {
    const char *kernel;
    uint32_t pixels, channels;
};
/* Is the variant made for so many channels, and does it leave enough workgroups for a large device? */
bool vp_conv_tile_fits(const struct vp_conv_tile *tile, int64_t pixels, int64_t c, int64_t k);
void vp_emit_conv_tile(struct vp_tape *tape, const struct vp_conv_tile *tile, const struct vp_convolution *conv);

#endif
