/* Push constants of conv2d_fours. */
#ifndef VKPCL_CONV2D_FOURS_ARGS_H
#define VKPCL_CONV2D_FOURS_ARGS_H
#include "common/args.h"

VP_ARGS(conv2d_fours_args) {
    VP_INT c;     /* channels of a pixel as they are */
    VP_INT total; /* vec4 to write */
};
#endif
