/* Push constants of conv2d_lanes: one convolution in the roles the kernel knows. Backward-data and matrix products are
 * convolutions in other roles, see src/ops/conv_lanes.h. */
#ifndef VKPCL_CONV2D_LANES_ARGS_H
#define VKPCL_CONV2D_LANES_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_lanes_args) {
    VP_INT n, h, w, c;         /* images of this piece; height, width, channels of x */
    VP_INT k, r, s;            /* channels of y, kernel height, width; r or s may be 0: y becomes 0 */
    VP_INT p, q;               /* height and width of what is computed */
    VP_INT stride;
    VP_INT pad_h, pad_w;       /* may be negative */
    VP_INT depth;              /* input channels the filter is packed for at a time, a multiple of 4, at most 4 * GROUP */
    VP_INT rounds;             /* how often that covers all of them */
    VP_INT y_h, y_w;           /* height and width of y: (i, j) of p x q goes to (i * y_step + y_row, j * y_step + y_column) */
    VP_INT y_step, y_row, y_column;
    VP_INT has_bias;
    VP_INT filter_step;        /* packed vec4 from the filter of one image to the next; 0: one filter for all */
    VP_INT first_image;        /* of this piece, in the packed filters */
    VP_INT accumulate;         /* add to y instead of overwriting */
    VP_FLOAT slope;            /* leaky ReLU behind it; 1: none */
};
#endif
