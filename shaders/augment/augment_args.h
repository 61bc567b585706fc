/* Push constants of the augment room. */
#ifndef VKPCL_AUGMENT_ARGS_H
#define VKPCL_AUGMENT_ARGS_H
#include "common/args.h"
VP_ARGS(augment_args) {
    VP_UINT images; /* of this launch */
    VP_UINT first;  /* number of the first one in the batch: blocks and means are bound whole */
};
#endif
