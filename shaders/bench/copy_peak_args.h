/* Push constants of the copy ceiling. */
#ifndef VKPCL_COPY_PEAK_ARGS_H
#define VKPCL_COPY_PEAK_ARGS_H
#include "common/args.h"
VP_ARGS(copy_peak_args) {
    VP_UINT count; /* of vec4s */
};
#endif
