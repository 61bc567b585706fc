/* Ordered sums shared by ops: over partial results, and over the rows of a gradient (bias gradients). */
#ifndef VKPCL_OPS_COLUMN_SUM_H
#define VKPCL_OPS_COLUMN_SUM_H
#include "vkpcl/tape.h"

/* Memory for partial sums of `bytes` bytes in all, which vp_emit_sum_partials is to add up in `out`. Where out is a
 * parameter's gradient and the sums are short they wait for others: one launch adds many (vp_batch_wait). */
struct vp_slot *vp_partials(struct vp_tape *tape, uint64_t bytes, struct vp_bind out, int64_t count, const char *name);
/* out[i] (+)= part[0][i] + part[1][i] + ... over `parts` arrays of `count` floats, added in this order. */
void vp_emit_sum_partials(struct vp_tape *tape, struct vp_slot *part, int64_t parts, int64_t count, struct vp_bind out,
                          bool accumulate, const char *label);

/* What lies behind y = act(product + b) in conv2d and linear, with act the leaky ReLU of `slope` (1: none), y as
 * (rows, columns) and b NULL or (columns): the gradient of y goes through act in place, dy *= slope where y <= 0, and
 * db[column] (+)= sum over the rows of dy. One pass over dy for both, in ordered sums. Nothing is emitted when there is
 * neither. */
void vp_emit_bias_backward(struct vp_tape *tape, struct vp_tensor *y, struct vp_tensor *b, int64_t rows,
                           int64_t columns, float slope, const char *label);

#endif
