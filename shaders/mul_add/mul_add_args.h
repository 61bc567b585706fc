/* Push constants of mul_add_fwd. */
#include "common/args.h"
VP_ARGS(mul_add_args) {
    VP_UINT count; /* items: floats, or vec4s in the v4 variant */
    VP_FLOAT scale;
};
