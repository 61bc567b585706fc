/* Push constants of the synth kernels. */
#ifndef VKPCL_SYNTH_ARGS_H
#define VKPCL_SYNTH_ARGS_H
#include "common/args.h"
VP_ARGS(synth_args) {
    VP_UINT size;  /* side of a picture in pixels */
    VP_UINT first; /* number of the first item of this launch: a pixel, or four pixels in synth_finish, of the batch */
    VP_UINT count; /* items of this launch */
};
#endif
