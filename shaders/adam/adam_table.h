/* Words of Adam's step buffer and report, for C and GLSL. Floats are stored by their bits.
 *
 * step    ADAM_STEP_HEADER words, then ADAM_ROW_WORDS per parameter
 * report  ADAM_REPORT_HEADER words, then one word per parameter: how many of its gradient's elements are not finite
 */
#ifndef VKPCL_ADAM_TABLE_H
#define VKPCL_ADAM_TABLE_H

#define ADAM_CHUNK 64 /* elements per word of the chunk table; parameters start at multiples of it */

#define ADAM_STEP_INV_SCALE 0 /* float: 1 / loss scale, multiplied into every gradient */
#define ADAM_STEP_CLIP 1      /* float: largest allowed global gradient norm; 0 none */
#define ADAM_STEP_SKIP 2      /* 1: change nothing when a gradient is not finite */
#define ADAM_STEP_KEEP 3      /* float: what decoupled decay leaves of a stepped parameter, 1 - lr * decay; 1: none */
#define ADAM_STEP_HEADER 4

#define ADAM_ROW_STEP_SIZE 0      /* float: lr / (1 - beta1^t) */
#define ADAM_ROW_INV_SQRT_BIAS2 1 /* float: 1 / sqrt(1 - beta2^t) */
#define ADAM_ROW_FLAGS 2
#define ADAM_ROW_END 3 /* first element behind the parameter */
#define ADAM_ROW_WORDS 4

#define ADAM_ACTIVE 1u       /* the parameter takes part in this step */
#define ADAM_HAS_GRADIENT 2u /* its gradient was written; else it counts as zero */

#define ADAM_REPORT_NORM 0   /* float: global gradient norm, after inv_scale and before clipping */
#define ADAM_REPORT_FACTOR 1 /* float: what gradients were multiplied with: inv_scale * clip factor */
#define ADAM_REPORT_FIRST 2  /* first parameter with a non-finite gradient, ADAM_NONE when all are finite */
#define ADAM_REPORT_COUNT 3  /* how many elements are not finite, all parameters together */
#define ADAM_REPORT_HEADER 4
#define ADAM_NONE 0xffffffffu

#endif
