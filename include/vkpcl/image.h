/* Images: JPEG, PNG, BMP and PGM/PPM in, PNG out; always RGB, 8 bits a channel, rows top to bottom.
 *
 * Grey becomes three equal channels, alpha is dropped, 16-bit files are cut to 8. Safe to call from several threads.
 */
#ifndef VKPCL_IMAGE_H
#define VKPCL_IMAGE_H
#include "vkpcl/status.h"
#include <stddef.h>

enum { VP_IMAGE_MAX_SIDE = 16384 };

struct vp_image {
    int width, height;
    unsigned char *rgb; /* (height, width, 3), from malloc */
};
void vp_image_fini(struct vp_image *image);

/* A copy of pixels that lie elsewhere. */
enum vp_status vp_image_copy(const unsigned char *rgb, int width, int height, struct vp_image *image,
                             struct vp_error *err);

/* VP_ERR_IO when the file cannot be read, VP_ERR_FORMAT with the decoder's reason when it is no such image. */
enum vp_status vp_image_load(const char *path, struct vp_image *image, struct vp_error *err);
/* From memory; `name` is for messages. */
enum vp_status vp_image_decode(const void *data, size_t bytes, const char *name, struct vp_image *image,
                               struct vp_error *err);
/* Width and height from the file's head, without decoding. */
enum vp_status vp_image_size(const char *path, int *width, int *height, struct vp_error *err);

enum vp_status vp_image_write_png(const char *path, const struct vp_image *image, struct vp_error *err);
/* The same in memory; the caller frees. Aborts when there is no memory. */
void vp_image_encode_png(const struct vp_image *image, unsigned char **data, size_t *bytes);

/* Tiles `count` images of one size, (count, height, width, 3), into a sheet, row by row, `columns` to a row, with
 * `margin` pixels of `shade` grey round every tile. The caller frees sheet with vp_image_fini. */
void vp_image_grid(const unsigned char *tiles, int count, int width, int height, int columns, int margin,
                   unsigned char shade, struct vp_image *sheet);

#endif
