#include "data/picture.h"
#include "vkpcl/loader.h"
#include <stdint.h>
#include <stdlib.h>

void vp_picture_shrink(struct vp_image *image, int max_side) {
    int longer = image->width > image->height ? image->width : image->height;
    int f = (longer + max_side - 1) / max_side;
    if (f <= 1) return;
    int width = (image->width + f - 1) / f, height = (image->height + f - 1) / f;
    unsigned char *small = malloc((size_t)width * (size_t)height * 3);
    vp_assert(small, "out of host memory for %d x %d pixels", width, height);
    for (int y = 0; y < height; y++) {
        int rows = image->height - y * f < f ? image->height - y * f : f;
        for (int x = 0; x < width; x++) {
            int columns = image->width - x * f < f ? image->width - x * f : f;
            uint64_t sum[3] = {0}, count = (uint64_t)rows * (uint64_t)columns;
            for (int r = 0; r < rows; r++) {
                const unsigned char *from =
                    image->rgb + ((size_t)(y * f + r) * (size_t)image->width + (size_t)(x * f)) * 3;
                for (int k = 0; k < columns * 3; k += 3)
                    sum[0] += from[k], sum[1] += from[k + 1], sum[2] += from[k + 2];
            }
            unsigned char *to = small + ((size_t)y * (size_t)width + (size_t)x) * 3;
            for (int k = 0; k < 3; k++) to[k] = (unsigned char)((sum[k] + count / 2) / count);
        }
    }
    free(image->rgb);
    *image = (struct vp_image){.width = width, .height = height, .rgb = small};
}

void vp_picture_grey(struct vp_image *image) {
    size_t bytes = (size_t)image->width * (size_t)image->height * 3;
    for (size_t i = 0; i < bytes; i += 3) {
        unsigned char *p = image->rgb + i;
        p[0] = p[1] = p[2] = (unsigned char)((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) / 256);
    }
}

enum vp_status vp_picture_load(const char *path, int max_side, bool grey, struct vp_image *image,
                               struct vp_error *err) {
    enum vp_status status = vp_image_load(path, image, err);
    if (status != VP_OK) return status;
    /* A sliver is judged after shrinking too: 4000 x 10 would end up with rows of one pixel. */
    int width = image->width, height = image->height;
    vp_picture_shrink(image, max_side);
    if (image->width < VP_LOADER_MIN_SIDE || image->height < VP_LOADER_MIN_SIDE) {
        vp_image_fini(image);
        return vp_fail(err, VP_ERR_FORMAT, "%s has %d x %d pixels: too narrow for training", path, width, height);
    }
    if (grey) vp_picture_grey(image);
    return VP_OK;
}
