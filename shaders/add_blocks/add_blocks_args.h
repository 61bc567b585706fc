/* Push constants of add_blocks_fwd and add_blocks_bwd. */
#include "common/args.h"
VP_ARGS(add_blocks_args) {
    VP_UINT block;  /* items of a block: floats, or vec4s in the v4 variant */
    VP_UINT blocks; /* of y */
    VP_UINT owned;  /* backward: blocks of the result */
    VP_UINT accumulate;
    VP_UINT a[8]; /* block of x in y block j; backward: of the operand whose gradient is made */
    VP_UINT b[8]; /* block of z in y block j */
};
