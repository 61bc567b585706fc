/* Push constants and sizes of the multiply-add ceiling. */
#ifndef VKPCL_FMA_PEAK_ARGS_H
#define VKPCL_FMA_PEAK_ARGS_H
#include "common/args.h"
#define FMA_CHAINS 12
#define FMA_LINKS 40
VP_ARGS(fma_peak_args) {
    VP_UINT rounds;
    VP_FLOAT a; /* |a| < 1, so that the chains stay finite */
    VP_FLOAT b;
};
#endif
