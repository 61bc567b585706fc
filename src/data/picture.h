/* One image as training needs it: decoded, small enough, perhaps grey. */
#ifndef VKPCL_DATA_PICTURE_H
#define VKPCL_DATA_PICTURE_H
#include "vkpcl/image.h"
#include "vkpcl/source.h"
#include <stdbool.h>

/* Pixels of its own, or those of a packed set as they lie there: nothing is copied before the batch is made. */
struct vp_picture {
    int width, height;
    const unsigned char *rgb; /* NULL: empty */
    unsigned char *own;       /* from malloc, or NULL: borrowed */
};
void vp_picture_fini(struct vp_picture *picture);

/* Halves, thirds, ... the image, by the smallest whole factor f that makes both sides at most max_side: each output
 * pixel is the rounded mean of its f x f box (of what the image has of it, at the right and lower edges). */
void vp_picture_shrink(struct vp_image *image, int max_side);
/* All channels = (77 R + 150 G + 29 B + 128) / 256. */
void vp_picture_grey(struct vp_image *image);

/* Image number `image` of the source, prepared. An image with a side below VP_LOADER_MIN_SIDE is VP_ERR_FORMAT. */
enum vp_status vp_picture_load(const struct vp_source *source, uint32_t image, int max_side, bool grey,
                               struct vp_picture *picture, struct vp_error *err);

#endif
