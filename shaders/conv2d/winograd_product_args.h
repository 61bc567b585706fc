/* Push constants of winograd_product. */
#ifndef VKPCL_WINOGRAD_PRODUCT_ARGS_H
#define VKPCL_WINOGRAD_PRODUCT_ARGS_H
#include "common/args.h"

VP_ARGS(winograd_product_args) {
    VP_INT depth;      /* what is summed over, a multiple of 4: channels c; gradient: tiles */
    VP_INT blocks;     /* of 32 tiles; gradient: of 32 channels c */
    VP_INT k_blocks;   /* of 32 channels k */
    VP_INT c, k;       /* gradient: channels that exist */
    VP_INT accumulate; /* gradient: add to m instead of overwriting */
};
#endif
