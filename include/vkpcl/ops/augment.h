/* augment: images as the encoder eats them, from packed bytes, on the device. No gradient.
 *
 * In this order, each image by its own block (vkpcl/augment.h draws them):
 *   crop, resize, mirror   x + 1/2 - centre over reach max(scale, 1): a triangle filter that widens when shrinking (no
 *                          aliasing) and is plain bilinear when enlarging; only pixels that the window touches count
 *   colour jitter          in the block's order, clamped to [0, 1] after each:
 *                            brightness  f*x                            contrast  f*x + (1-f)*mean(grey of the image)
 *                            saturation  f*x + (1-f)*grey               hue       turned by `hue` in HSV
 *                            grey = 0.299 R + 0.587 G + 0.114 B
 *   greyscale              all channels = grey
 *   Gaussian blur          radius floor(size/10)/2 pixels (3 at 64), weights exp(-(k/sigma)^2/2), reflected borders
 *   gradient magnitude     min(1, sqrt(v^2 + h^2 + 1e-6)), v and h the differences of the two neighbours' luma
 *                          (65.738 R + 129.057 G + 25.064 B) / 256 along each axis, 0 outside the image
 *
 * Sources: the paper's section on augmentation; PIL's documentation of antialiased resizing; Smith, "Color gamut
 * transform pairs" (1978) for HSV.
 */
#ifndef VKPCL_OPS_AUGMENT_H
#define VKPCL_OPS_AUGMENT_H
#include "augment/augment_block.h"
#include "vkpcl/tape.h"

enum { VP_AUGMENT_BLOCK_WORDS = 12, VP_AUGMENT_SOURCE_WORDS = 4 };

struct vp_augment_tensors {
    struct vp_tensor *pixels;  /* u8 (bytes): packed RGB rows of the source images, each image starting at a multiple of
                                  4; at most one binding large */
    struct vp_tensor *sources; /* u32 (count, VP_AUGMENT_SOURCE_WORDS): struct vp_augment_source of each */
    struct vp_tensor *blocks;  /* u32 (n, VP_AUGMENT_BLOCK_WORDS): struct vp_augment_block of each output */
};

/* Returns (n, size, size, 3) in [0, 1], channels-last. plain: crop, resize and mirror only, whatever else the flags say
 * (one launch instead of seven). */
struct vp_tensor *vp_augment(struct vp_tape *tape, const char *name, const struct vp_augment_tensors *tensors, int size,
                             bool plain);

/* Reference in double, one image: source pixels (height, width, 3) -> y (size, size, 3). */
void vp_augment_ref(const struct vp_augment_block *block, const struct vp_augment_source *source,
                    const unsigned char *pixels, int size, bool plain, double *y);
int vp_augment_radius(int size);

#endif
