/* Push constants of the random room. */
#ifndef VKPCL_RANDOM_ARGS_H
#define VKPCL_RANDOM_ARGS_H
#include "common/args.h"
VP_ARGS(random_args) {
    VP_UINT count;      /* elements of this launch */
    VP_UINT base_low;   /* index of the launch's first image, added to the base in the step words */
    VP_UINT base_high;
    VP_UINT step_word;  /* where the six words {seed, stream, base} begin in the step buffer */
    VP_UINT table_steps; /* n of the quantile table; beta only */
};
#endif
