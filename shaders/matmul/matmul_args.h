/* Push constants of the batched matrix product: strides in elements, so that a transpose is a pair of swapped strides. */
#ifndef VKPCL_MATMUL_ARGS_H
#define VKPCL_MATMUL_ARGS_H
#include "common/args.h"

VP_ARGS(matmul_args) {
    VP_UINT m, n, k;                        /* C is m x n, k terms */
    VP_UINT a_m, a_k, b_k, b_n, c_m;        /* strides; C's columns are neighbours */
    VP_UINT a_batch, b_batch, c_batch;      /* strides from one matrix of the batch to the next */
    VP_UINT has_bias;                       /* add bias[n] */
    VP_FLOAT slope;                         /* leaky ReLU behind it; 1: none */
    VP_UINT accumulate;                     /* add to C instead of overwriting */
};
#endif
