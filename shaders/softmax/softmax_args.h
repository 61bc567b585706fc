/* Push constants of softmax_fwd and softmax_bwd: arrays (outer, length, inner), softmax over the middle. */
#include "common/args.h"
VP_ARGS(softmax_args) {
    VP_UINT outer; /* of this piece */
    VP_UINT length;
    VP_UINT inner; /* items; in the v4 variant `length` or `inner` counts vec4s, see HORIZONTAL */
    VP_UINT accumulate;
};
