/* Push constants of gather. */
#include "common/args.h"
VP_ARGS(gather_args) {
    VP_UINT count;     /* rows of y */
    VP_UINT items;     /* words, or groups of four, in a row */
    VP_UINT first_row; /* of the piece of x that is bound */
    VP_UINT rows;      /* of that piece */
};
