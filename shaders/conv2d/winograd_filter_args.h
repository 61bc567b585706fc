/* Push constants of winograd_filter and winograd_filter_gradient. */
#ifndef VKPCL_WINOGRAD_FILTER_ARGS_H
#define VKPCL_WINOGRAD_FILTER_ARGS_H
#include "common/args.h"

VP_ARGS(winograd_filter_args) {
    VP_INT c, k;                                         /* channels; c in items where the filter's gradient is written */
    VP_INT base, k_stride, c_stride, r_stride, s_stride; /* w(k,r,s,c) = filter[base + k*k_stride + ...], in floats */
    VP_INT element_step, block_step, c_step;             /* item (k / 4) of u: at k/32 * block_step + k/4 % 8 + c * c_step */
    VP_INT accumulate;                                   /* add to the gradient instead of overwriting */
};
#endif
