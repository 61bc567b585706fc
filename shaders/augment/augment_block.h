/* What one augmented image is made of, for C and GLSL: four-byte members only. Drawn by vp_augment_draw. */
#ifndef VKPCL_AUGMENT_BLOCK_H
#define VKPCL_AUGMENT_BLOCK_H
#include "common/args.h"

#define AUGMENT_MIRROR 1u
#define AUGMENT_JITTER 2u
#define AUGMENT_GREY 4u
#define AUGMENT_BLUR 8u
#define AUGMENT_GRADIENT 16u

/* The steps of the colour jitter, as numbered in vp_augment_block.order. */
#define AUGMENT_BRIGHTNESS 0u
#define AUGMENT_CONTRAST 1u
#define AUGMENT_SATURATION 2u
#define AUGMENT_HUE 3u

struct vp_augment_block {
    VP_UINT source;    /* which source image */
    VP_FLOAT x;        /* crop window, in source pixels: left, top, width, height */
    VP_FLOAT y;
    VP_FLOAT w;
    VP_FLOAT h;
    VP_UINT flags;     /* AUGMENT_MIRROR ... */
    VP_UINT order;     /* jitter steps, first in the lowest two bits */
    VP_FLOAT brightness;
    VP_FLOAT contrast;
    VP_FLOAT saturation;
    VP_FLOAT hue;      /* in turns */
    VP_FLOAT sigma;    /* of the blur, in output pixels */
};

struct vp_augment_source {
    VP_UINT offset; /* byte where the image starts; a multiple of 4 */
    VP_UINT width;
    VP_UINT height;
    VP_UINT unused;
};

#endif
