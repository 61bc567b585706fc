/* Push constants of act_fwd and act_bwd. */
#include "common/args.h"
VP_ARGS(act_args) {
    VP_UINT count;      /* items: floats, or vec4s in the v4 variant */
    VP_FLOAT slope;     /* of the leaky ReLU */
    VP_FLOAT scale;     /* backward: factor of the gradient */
    VP_UINT accumulate; /* backward: add to what dx holds */
};
