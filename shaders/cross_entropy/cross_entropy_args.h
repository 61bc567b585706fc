/* Push constants of the cross_entropy passes. */
#include "common/args.h"
VP_ARGS(cross_entropy_args) {
    VP_UINT rows;
    VP_UINT classes;
    VP_UINT accumulate;
};
