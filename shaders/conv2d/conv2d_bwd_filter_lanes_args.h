/* Push constants of conv2d_bwd_filter_lanes, _rows, _quads and _plain; letters as in include/vkpcl/ops/conv2d.h. */
#ifndef VKPCL_CONV2D_BWD_FILTER_LANES_ARGS_H
#define VKPCL_CONV2D_BWD_FILTER_LANES_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_bwd_filter_lanes_args) {
    VP_INT n, h, w, c;         /* images of this piece; height, width, channels of x */
    VP_INT k, r, s, p, q;
    VP_INT stride, pad;        /* a variant made for one stride ignores the first */
    VP_INT lines_per_split;    /* output lines (n, p) that one split adds up; _quads shares its lines out itself */
    VP_INT first_split;        /* of this piece, in the partial sums */
    VP_INT c_blocks, k_blocks; /* tiles along the channels */
    VP_INT pad_h;              /* above x; only _quads tells it from pad: there x may be a band of an image */
};
#endif
