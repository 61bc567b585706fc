#include "npy_header.h"
#include "vkpcl/file.h"
#include "vkpcl/npz.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

struct vp_npz_writer {
    zip_t *zip;
    char *path, *temporary;
    bool deflate;
};

struct vp_npz_writer *vp_npz_writer_create(const char *path, bool deflate, struct vp_error *err) {
    struct vp_npz_writer *writer = calloc(1, sizeof *writer);
    vp_assert(writer, "out of host memory");
    size_t length = strlen(path);
    writer->deflate = deflate;
    writer->path = calloc(1, length + 1);
    writer->temporary = calloc(1, length + 5);
    vp_assert(writer->path && writer->temporary, "out of host memory for a path of %zu bytes", length);
    memcpy(writer->path, path, length);
    sprintf(writer->temporary, "%s.tmp", path);
    int code;
    writer->zip = zip_open(writer->temporary, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (writer->zip) return writer;
    zip_error_t why;
    zip_error_init_with_code(&why, code);
    vp_fail(err, VP_ERR_IO, "cannot write %s: %s", path, zip_error_strerror(&why));
    zip_error_fini(&why);
    vp_npz_writer_destroy(writer);
    return NULL;
}

void vp_npz_writer_destroy(struct vp_npz_writer *writer) {
    if (!writer) return;
    if (writer->zip) zip_discard(writer->zip);
    free(writer->path);
    free(writer->temporary);
    free(writer);
}

/* Head and data stay two pieces: large arrays are never copied just to stand behind their head. Both are freed by the
 * archive library when it is done with them. */
static zip_source_t *source_of(struct vp_npz_writer *writer, const struct vp_array *array) {
    char *header = malloc(VP_NPY_MAX_HEADER);
    vp_assert(header, "out of host memory");
    size_t bytes = vp_array_bytes(array);
    zip_buffer_fragment_t pieces[2] = {{(zip_uint8_t *)header, vp_npy_header_print(array, header)},
                                       {array->data, bytes}};
    if (bytes == 0) free(array->data); /* an empty piece is not kept, and would not be freed */
    return zip_source_buffer_fragment(writer->zip, pieces, bytes ? 2 : 1, 1);
}

enum vp_status vp_npz_add_owned(struct vp_npz_writer *writer, const char *name, const struct vp_array *array,
                                struct vp_error *err) {
    char *entry = calloc(1, strlen(name) + 5);
    vp_assert(entry, "out of host memory");
    sprintf(entry, "%s.npy", name);
    vp_assert(zip_name_locate(writer->zip, entry, 0) < 0, "%s is in the archive already", name);
    zip_source_t *source = source_of(writer, array);
    vp_assert(source, "out of host memory for %s", name);
    zip_int64_t index = zip_file_add(writer->zip, entry, source, ZIP_FL_ENC_UTF_8);
    free(entry);
    if (index < 0) {
        zip_source_free(source);
        return vp_fail(err, VP_ERR_IO, "cannot add %s to %s: %s", name, writer->path, zip_strerror(writer->zip));
    }
    zip_set_file_compression(writer->zip, (zip_uint64_t)index, writer->deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    zip_file_set_dostime(writer->zip, (zip_uint64_t)index, 0, 1 << 5 | 1,
                         0); /* 1980-01-01: the same bytes every time */
    return VP_OK;
}

enum vp_status vp_npz_add(struct vp_npz_writer *writer, const char *name, const struct vp_array *array,
                          struct vp_error *err) {
    struct vp_array copy = *array;
    size_t bytes = vp_array_bytes(array);
    copy.data = malloc(bytes + 1);
    if (!copy.data) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory to write %s: %zu bytes needed", name, bytes);
    if (bytes) memcpy(copy.data, array->data, bytes);
    return vp_npz_add_owned(writer, name, &copy, err);
}

enum vp_status vp_npz_commit(struct vp_npz_writer *writer, struct vp_error *err) {
    vp_assert(writer->zip && zip_get_num_entries(writer->zip, 0) > 0, "an archive of nothing, or committed twice");
    if (zip_close(writer->zip) != 0) {
        zip_error_t *why = zip_get_error(writer->zip);
        bool full = zip_error_system_type(why) == ZIP_ET_SYS && zip_error_code_system(why) == ENOSPC;
        return vp_fail(err, VP_ERR_IO, "cannot write %s: %s (an older file of that name is untouched)", writer->path,
                       full ? "disk full" : zip_error_strerror(why));
    }
    writer->zip = NULL;
    return vp_file_publish(writer->temporary, writer->path, err);
}
