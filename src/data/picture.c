#include "data/picture.h"
#include "vkpcl/loader.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

void vp_picture_fini(struct vp_picture *picture) {
    free(picture->own);
    *picture = (struct vp_picture){0};
}

/* Decodes the file, or copies what a packed set holds. */
static enum vp_status load_own(const struct vp_source *source, uint32_t number, const struct vp_picture *packed,
                               struct vp_image *image, struct vp_error *err) {
    if (packed->rgb) return vp_image_copy(packed->rgb, packed->width, packed->height, image, err);
    size_t bytes = vp_source_path(source, number, NULL, 0) + 1;
    char *path = malloc(bytes);
    vp_assert(path, "out of host memory for a path of %zu bytes", bytes);
    vp_source_path(source, number, path, bytes);
    enum vp_status status = vp_image_load(path, image, err);
    free(path);
    return status;
}

static enum vp_status fail_narrow(const struct vp_source *source, uint32_t number, int width, int height,
                                  struct vp_error *err) {
    char path[600];
    vp_source_path(source, number, path, sizeof path);
    return vp_fail(err, VP_ERR_FORMAT, "%s has %d x %d pixels: too narrow for training", path, width, height);
}

enum vp_status vp_picture_load(const struct vp_source *source, uint32_t number, int max_side, bool grey,
                               struct vp_picture *picture, struct vp_error *err) {
    *picture = (struct vp_picture){0};
    picture->rgb = vp_source_pixels(source, number, &picture->width, &picture->height);
    bool ready = picture->rgb && !grey && picture->width <= max_side && picture->height <= max_side;
    if (ready && picture->width >= VP_LOADER_MIN_SIDE && picture->height >= VP_LOADER_MIN_SIDE) return VP_OK;
    struct vp_image image;
    enum vp_status status = load_own(source, number, picture, &image, err);
    *picture = (struct vp_picture){0};
    if (status != VP_OK) return status;
    /* A sliver is judged after shrinking too: 4000 x 10 would end up with rows of one pixel. */
    int width = image.width, height = image.height;
    vp_picture_shrink(&image, max_side);
    if (image.width < VP_LOADER_MIN_SIDE || image.height < VP_LOADER_MIN_SIDE) {
        vp_image_fini(&image);
        return fail_narrow(source, number, width, height, err);
    }
    if (grey) vp_picture_grey(&image);
    *picture = (struct vp_picture){.width = image.width, .height = image.height, .rgb = image.rgb, .own = image.rgb};
    return VP_OK;
}
