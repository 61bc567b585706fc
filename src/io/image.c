#include "vkpcl/image.h"
#include "stb.h"
#include "vkpcl/file.h"
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vp_image_fini(struct vp_image *image) {
    free(image->rgb);
    *image = (struct vp_image){0};
}

enum vp_status vp_image_copy(const unsigned char *rgb, int width, int height, struct vp_image *image,
                             struct vp_error *err) {
    size_t bytes = 3 * (size_t)width * (size_t)height;
    *image = (struct vp_image){.width = width, .height = height, .rgb = malloc(bytes)};
    if (!image->rgb) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory for an image of %zu bytes", bytes);
    memcpy(image->rgb, rgb, bytes);
    return VP_OK;
}

static enum vp_status fail_decode(const char *name, struct vp_error *err) {
    const char *reason = stbi_failure_reason();
    return vp_fail(err, VP_ERR_FORMAT, "cannot decode %s: %s (JPEG, PNG, BMP and PGM/PPM are read)", name,
                   reason ? reason : "unknown reason");
}

enum vp_status vp_image_decode(const void *data, size_t bytes, const char *name, struct vp_image *image,
                               struct vp_error *err) {
    *image = (struct vp_image){0};
    if (bytes == 0) return vp_fail(err, VP_ERR_FORMAT, "cannot decode %s: the file is empty", name);
    if (bytes > INT_MAX) return vp_fail(err, VP_ERR_FORMAT, "cannot decode %s: larger than 2 GiB", name);
    int channels;
    image->rgb = stbi_load_from_memory(data, (int)bytes, &image->width, &image->height, &channels, 3);
    if (image->rgb) return VP_OK;
    *image = (struct vp_image){0};
    return fail_decode(name, err);
}

enum vp_status vp_image_load(const char *path, struct vp_image *image, struct vp_error *err) {
    unsigned char *data;
    size_t bytes;
    *image = (struct vp_image){0};
    enum vp_status status = vp_file_read(path, &data, &bytes, err);
    if (status != VP_OK) return status;
    status = vp_image_decode(data, bytes, path, image, err);
    free(data);
    return status;
}

enum vp_status vp_image_size(const char *path, int *width, int *height, struct vp_error *err) {
    FILE *file = fopen(path, "rb");
    if (!file) return vp_fail(err, VP_ERR_IO, "cannot open %s: %s", path, strerror(errno));
    int channels, good = stbi_info_from_file(file, width, height, &channels);
    bool unreadable = ferror(file) != 0;
    fclose(file);
    if (good) return VP_OK;
    return unreadable ? vp_fail(err, VP_ERR_IO, "cannot read %s", path) : fail_decode(path, err);
}

static void write_piece(void *context, void *data, int bytes) {
    fwrite(data, 1, (size_t)bytes, context);
}

enum vp_status vp_image_write_png(const char *path, const struct vp_image *image, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    if (stbi_write_png_to_func(write_piece, file.stream, image->width, image->height, 3, image->rgb, image->width * 3))
        return vp_file_commit(&file, err); /* sees a failed write, too */
    vp_file_discard(&file);
    return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory to write %s, %d x %d pixels", path, image->width,
                   image->height);
}

struct buffer {
    unsigned char *data;
    size_t bytes;
};

static void append_piece(void *context, void *data, int bytes) {
    struct buffer *buffer = context;
    buffer->data = realloc(buffer->data, buffer->bytes + (size_t)bytes);
    vp_assert(buffer->data, "no host memory for a picture of %zu bytes", buffer->bytes + (size_t)bytes);
    memcpy(buffer->data + buffer->bytes, data, (size_t)bytes);
    buffer->bytes += (size_t)bytes;
}

void vp_image_encode_png(const struct vp_image *image, unsigned char **data, size_t *bytes) {
    struct buffer buffer = {0};
    int good =
        stbi_write_png_to_func(append_piece, &buffer, image->width, image->height, 3, image->rgb, image->width * 3);
    vp_assert(good, "no host memory for a picture of %d x %d pixels", image->width, image->height);
    *data = buffer.data, *bytes = buffer.bytes;
}

void vp_image_grid(const unsigned char *tiles, int count, int width, int height, int columns, int margin,
                   unsigned char shade, struct vp_image *sheet) {
    vp_assert(count > 0 && width > 0 && height > 0 && columns > 0 && margin >= 0,
              "a sheet of %d tiles, %d x %d, %d to a row, margin %d", count, width, height, columns, margin);
    int rows = (count + columns - 1) / columns;
    *sheet =
        (struct vp_image){.width = columns * (width + margin) + margin, .height = rows * (height + margin) + margin};
    size_t stride = (size_t)sheet->width * 3, tile_stride = (size_t)width * 3;
    sheet->rgb = malloc(stride * (size_t)sheet->height);
    vp_assert(sheet->rgb, "out of host memory for a sheet of %d x %d", sheet->width, sheet->height);
    memset(sheet->rgb, shade, stride * (size_t)sheet->height);
    for (int i = 0; i < count; i++) {
        int left = margin + i % columns * (width + margin), top = margin + i / columns * (height + margin);
        for (int y = 0; y < height; y++)
            memcpy(sheet->rgb + (size_t)(top + y) * stride + (size_t)left * 3,
                   tiles + ((size_t)i * (size_t)height + (size_t)y) * tile_stride, tile_stride);
    }
}
