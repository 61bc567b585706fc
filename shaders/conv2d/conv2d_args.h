/* Push constants of conv2d_bwd_filter: shapes of include/vkpcl/ops/conv2d.h, for the images of one piece. */
#ifndef VKPCL_CONV2D_ARGS_H
#define VKPCL_CONV2D_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_args) {
    VP_UINT n, h, w, c;       /* images of this piece, input height, width, channels */
    VP_UINT k, r, s;          /* output channels, kernel height, width */
    VP_UINT p, q;             /* output height, width */
    VP_UINT stride, pad;
    VP_UINT splits;           /* pixels are cut into this many runs ... */
    VP_UINT pixels_per_split; /* ... of this many pixels */
    VP_UINT first_split;      /* of this piece, in the partial sums */
};
#endif
