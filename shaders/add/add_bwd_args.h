/* Push constants of add_bwd. */
#include "common/args.h"
VP_ARGS(add_bwd_args) {
    VP_UINT count;  /* items: floats, or vec4s in the v4 variant */
    VP_FLOAT slope; /* of the leaky ReLU */
    VP_UINT accumulate;
};
