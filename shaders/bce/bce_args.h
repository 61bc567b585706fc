/* Push constants of the bce passes. */
#include "common/args.h"
VP_ARGS(bce_args) {
    VP_UINT count; /* values in all */
    VP_UINT accumulate;
};
