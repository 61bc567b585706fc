/* One image as training needs it: decoded, small enough, perhaps grey. */
#ifndef VKPCL_DATA_PICTURE_H
#define VKPCL_DATA_PICTURE_H
#include "vkpcl/image.h"
#include <stdbool.h>

/* Halves, thirds, ... the image, by the smallest whole factor f that makes both sides at most max_side: each output
 * pixel is the rounded mean of its f x f box (of what the image has of it, at the right and lower edges). */
void vp_picture_shrink(struct vp_image *image, int max_side);
/* All channels = (77 R + 150 G + 29 B + 128) / 256. */
void vp_picture_grey(struct vp_image *image);

/* Loads and prepares. An image with a side below VP_LOADER_MIN_SIDE is VP_ERR_FORMAT. */
enum vp_status vp_picture_load(const char *path, int max_side, bool grey, struct vp_image *image, struct vp_error *err);

#endif
