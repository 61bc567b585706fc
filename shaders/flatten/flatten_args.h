/* Push constants of flatten_swap. */
#include "common/args.h"
VP_ARGS(flatten_args) {
    VP_UINT images;
    VP_UINT rows; /* of an image of the result */
    VP_UINT columns;
    VP_UINT accumulate;
};
