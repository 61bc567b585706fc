/* Push constants of upsample_fwd and upsample_bwd. */
#include "common/args.h"
VP_ARGS(upsample_args) {
    VP_UINT images;   /* n of this piece */
    VP_UINT height;   /* of x; y has twice as much */
    VP_UINT width;    /* of x */
    VP_UINT channels; /* items of a pixel: floats, or vec4s in the v4 variant */
    VP_FLOAT slope;   /* of the leaky ReLU in front; 1 for none */
    VP_UINT accumulate;
};
