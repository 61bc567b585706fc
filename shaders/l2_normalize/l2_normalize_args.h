/* Push constants of l2_normalize_fwd and l2_normalize_bwd. */
#include "common/args.h"
VP_ARGS(l2_normalize_args) {
    VP_UINT rows;
    VP_UINT columns;
    VP_UINT accumulate;
};
