/* Push constants of conv2d_pack. */
#ifndef VKPCL_CONV2D_PACK_ARGS_H
#define VKPCL_CONV2D_PACK_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_pack_args) {
    VP_INT total;              /* invocations that have work */
    VP_INT lanes;              /* GROUP of conv2d_lanes */
    VP_INT depth, rounds;      /* likewise */
    VP_INT rows, columns;      /* taps */
    VP_INT blocks;             /* of 4 * lanes channels k */
    VP_INT k, c;               /* channels that exist; more are packed as zeros */
    VP_INT c_inner;            /* channel c of the filter stands for tap column c / c_inner, channel c % c_inner */
    VP_INT k_stride, c_stride; /* floats from one channel of the source to the next */
    VP_INT base;               /* place of tap (0,0) of the packed filter in the source ... */
    VP_INT r_stride, s_stride; /* ... and floats to the next one; negative: turned round */
    VP_INT filter_stride;      /* floats from one filter to the next, where images have their own */
};
#endif
