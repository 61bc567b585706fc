/* Ordered sums shared by ops: over the rows of a matrix (bias gradients), and over partial results (split sums). */
#ifndef VKPCL_OPS_COLUMN_SUM_H
#define VKPCL_OPS_COLUMN_SUM_H
#include "vkpcl/tape.h"

/* out[column] (+)= sum over rows of x[row][column]; x is (rows, columns), float. */
void vp_emit_column_sum(struct vp_tape *tape, struct vp_bind x, int64_t rows, int64_t columns, struct vp_bind out,
                        bool accumulate, const char *label);

/* out[i] (+)= part[0][i] + ... + part[parts - 1][i], in this order; part is (parts, count). */
void vp_emit_sum_partials(struct vp_tape *tape, struct vp_slot *part, int64_t parts, int64_t count, struct vp_bind out,
                          bool accumulate, const char *label);

#endif
