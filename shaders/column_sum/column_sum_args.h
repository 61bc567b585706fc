/* Push constants of the first pass of a column sum. */
#ifndef VKPCL_COLUMN_SUM_ARGS_H
#define VKPCL_COLUMN_SUM_ARGS_H
#include "common/args.h"

VP_ARGS(column_sum_args) {
    VP_UINT rows;         /* of this piece */
    VP_UINT columns;      /* items of a row */
    VP_UINT rows_per_run; /* rows that one partial sum covers */
    VP_UINT runs;         /* of this piece */
    VP_UINT first_run;    /* of this piece, in part */
    VP_FLOAT slope;       /* leaky variants: of the leaky ReLU */
};
#endif
