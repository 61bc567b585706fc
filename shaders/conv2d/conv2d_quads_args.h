/* Push constants of conv2d_quads: one convolution in the roles of src/ops/convolution.h. */
#ifndef VKPCL_CONV2D_QUADS_ARGS_H
#define VKPCL_CONV2D_QUADS_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_quads_args) {
    VP_INT n, h, w, c;   /* images of this piece; height, width, channels of x */
    VP_INT k, r, s;      /* channels of y, kernel height, width; r or s may be 0: y becomes 0 */
    VP_INT p, q;         /* height and width of what is computed */
    VP_INT stride;
    VP_INT pad_h, pad_w; /* may be negative */
    VP_INT y_h, y_w;     /* height and width of y: (i, j) of p x q goes to (i * y_step + y_row, j * y_step + y_column) */
    VP_INT y_step, y_row, y_column;
    VP_INT first_block;  /* of the blocks of channels of y, the first one whose filter is bound */
    VP_INT filter_step;  /* packed vec4 from the filter of one image to the next; 0: one filter for all */
    VP_INT has_bias;
    VP_INT accumulate;   /* add to y instead of overwriting */
    VP_FLOAT slope;      /* leaky ReLU behind it; 1: none */
};
#endif
