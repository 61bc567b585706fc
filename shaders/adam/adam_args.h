/* Push constants of the adam room; each pass uses what it needs. */
#ifndef VKPCL_ADAM_ARGS_H
#define VKPCL_ADAM_ARGS_H
#include "common/args.h"
VP_ARGS(adam_args) {
    VP_UINT count;         /* update: groups of four elements; scan: chunks; fold, finish: partial sums */
    VP_UINT first_element; /* global index of the launch's first element */
    VP_UINT parameters;
    VP_FLOAT beta1;
    VP_FLOAT one_minus_beta1; /* of the exact betas: 1.0 - 0.999f is off by 1e-5 */
    VP_FLOAT beta2;
    VP_FLOAT one_minus_beta2;
    VP_FLOAT eps;
    VP_FLOAT weight_decay;
};
#endif
