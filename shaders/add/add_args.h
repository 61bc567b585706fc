/* Push constants of add_fwd. */
#include "common/args.h"
VP_ARGS(add_args) {
    VP_UINT count;  /* items: floats, or vec4s in the v4 variant */
    VP_FLOAT slope; /* of the leaky ReLU; 1 for none */
};
