/* Push constants of winograd_input and winograd_output: tiles of 4 x 4 outputs, and where their 36 transformed values lie.
 * Element e of `tile`, channel item `channel`, is item
 *     e * element_step + tile / 32 * tile_block_step + tile % 32 * tile_step
 *                      + channel / 8 * channel_block_step + channel % 8 * channel_step
 * of the transformed array. */
#ifndef VKPCL_WINOGRAD_TILES_ARGS_H
#define VKPCL_WINOGRAD_TILES_ARGS_H
#include "common/args.h"

VP_ARGS(winograd_tiles_args) {
    VP_INT n, h, w;            /* images, height and width of what is read (input) or written (output) */
    VP_INT c;                  /* its channels, in items: vec4 or float */
    VP_INT tiles_h, tiles_w;   /* of an image */
    VP_INT pad;                /* of the input */
    VP_INT channel_bits;       /* of the 32 invocations of a workgroup, 2^bits lie along the channels, the others along tiles */
    VP_INT element_step, tile_block_step, tile_step, channel_block_step, channel_step;
    VP_INT has_bias;
    VP_INT accumulate;         /* add to y instead of overwriting */
    VP_FLOAT slope;            /* leaky ReLU behind it; 1: none */
};
#endif
