#include "vkpcl/npy.h"
#include "npy_header.h"
#include "vkpcl/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum vp_status vp_npy_read(const char *path, struct vp_array *array, struct vp_error *err) {
    unsigned char *bytes;
    size_t count, begin;
    *array = (struct vp_array){0};
    enum vp_status status = vp_file_read(path, &bytes, &count, err);
    if (status != VP_OK) return status;
    struct vp_array found = {0};
    status = vp_npy_header_parse(bytes, count, path, &found, &begin, err);
    if (status != VP_OK) {
        free(bytes);
        return status;
    }
    /* The data moves to the front of its own allocation: aligned, and one pointer to free. */
    memmove(bytes, bytes + begin, vp_array_bytes(&found));
    found.data = bytes;
    *array = found;
    return VP_OK;
}

enum vp_status vp_npy_write(const char *path, const struct vp_array *array, struct vp_error *err) {
    char header[VP_NPY_MAX_HEADER];
    size_t length = vp_npy_header_print(array, header), bytes = vp_array_bytes(array);
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    fwrite(header, 1, length, file.stream);
    if (bytes) fwrite(array->data, 1, bytes, file.stream);
    return vp_file_commit(&file, err); /* sees a failed write, too */
}
