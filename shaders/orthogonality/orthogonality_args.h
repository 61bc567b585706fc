/* Push constants of the orthogonality passes. */
#include "common/args.h"
VP_ARGS(orthogonality_args) {
    VP_UINT groups;
    VP_UINT rows; /* of one group */
    VP_UINT columns;
    VP_UINT accumulate;
    VP_FLOAT scale; /* dot: 1 / D^2 */
};
