/* Push constants of conv2d_tile: one convolution in the roles of src/ops/conv_roles.h. */
#ifndef VKPCL_CONV2D_TILE_ARGS_H
#define VKPCL_CONV2D_TILE_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_tile_args) {
    VP_INT n, h, w, c;   /* images of this piece; height, width, channels of x */
    VP_INT k, r, s;      /* channels of y, kernel height, width */
    VP_INT p, q;         /* height and width of what is computed */
    VP_INT stride;
    VP_INT pad_h, pad_w; /* may be negative */
    VP_INT y_h, y_w;     /* height and width of y: (i, j) of p x q goes to (i * y_step + y_row, j * y_step + y_column) */
    VP_INT y_step, y_row, y_column;
    VP_INT base, k_stride, c_stride, r_stride, s_stride; /* w(k,r,s,c) = filter[base + k*k_stride + ...], in floats */
    VP_INT has_bias;
    VP_INT accumulate;   /* add to y instead of overwriting */
    VP_FLOAT slope;      /* leaky ReLU behind it; 1: none */
};
#endif
