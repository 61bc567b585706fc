/* Push constants of the mae passes. */
#include "common/args.h"
VP_ARGS(mae_args) {
    VP_UINT image;       /* values of an image */
    VP_UINT images;      /* first dimension of a block */
    VP_UINT first_image; /* of this piece of the prediction */
    VP_UINT count;       /* images of this piece */
    VP_UINT parts;       /* partial sums of an image */
    VP_UINT accumulate;
    VP_UINT target_of[8];
};
