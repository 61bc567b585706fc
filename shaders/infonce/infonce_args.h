/* Push constants of the infonce passes. A set has `rows` rows; its anchors are the first 2 * half of them. */
#include "common/args.h"
VP_ARGS(infonce_args) {
    VP_UINT sets;
    VP_UINT rows;
    VP_UINT half_anchors;
    VP_UINT mix_rows; /* rows of mix in a set: one per anchor, or 1 for all */
    VP_UINT accumulate;
    VP_UINT columns; /* stack: values of a row */
    VP_UINT mixed;   /* stack: the release's grouping of the negatives */
    VP_UINT part;    /* unstack: 0 anchors, 1 negatives */
};
