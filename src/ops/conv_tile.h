/* Convolutions on the tile engine (shaders/conv2d/conv2d_tile.comp), for GPUs. */
#ifndef VKPCL_OPS_CONV_TILE_H
#define VKPCL_OPS_CONV_TILE_H
#include "ops/convolution.h"

/* A variant of the kernel: the pixels and channels that a workgroup owns. */
struct vp_conv_tile {
    const char *kernel;
    uint32_t pixels, channels;
    uint32_t matrix; /* invocations of a workgroup that multiplies cooperative matrices; 0: it does not */
};
/* On cooperative matrices values are rounded to half: only where the tape allows it, and the device has them. */
bool vp_conv_matrix_usable(const struct vp_tape *tape, const struct vp_conv_tile *tile);
/* Fills in their kernels' specialisation constants: subgroups of a workgroup, and the edge of the device's matrices. */
void vp_conv_matrix_spec(const struct vp_tape *tape, const struct vp_conv_tile *tile, struct vp_launch *launch);
/* Is the variant made for so many channels, and does it leave enough workgroups for a large device? */
bool vp_conv_tile_fits(const struct vp_conv_tile *tile, int64_t pixels, int64_t c, int64_t k);
void vp_emit_conv_tile(struct vp_tape *tape, const struct vp_conv_tile *tile, const struct vp_convolution *conv);

#endif
