/* Push constants of every batch_norm pass. Rows of x fall into groups of group_rows, those into blocks of block_rows
 * (the last one may be shorter). A launch covers `blocks` blocks of each of `groups` groups; the arrays of x's size are
 * bound from `shift` items before the first of its rows. */
#include "common/args.h"
VP_ARGS(batch_norm_args) {
    VP_UINT groups;
    VP_UINT first_group;
    VP_UINT blocks;
    VP_UINT first_block;
    VP_UINT all_blocks; /* blocks of a whole group: partials of a group */
    VP_UINT block_rows;
    VP_UINT group_rows;
    VP_UINT channels; /* items of a row: floats, or vec4s in the v4 variants */
    VP_UINT shift;
    VP_UINT merged; /* merge: partials of a group that come out */
    VP_FLOAT eps;
    VP_FLOAT momentum;
    VP_UINT accumulate;  /* dx */
    VP_UINT gamma_write; /* finish_bwd: 0 no gradient wanted, 1 overwrite, 2 accumulate */
    VP_UINT beta_write;
};
