/* safetensors files: named arrays with a small text map, for weights and checkpoints.
 *
 * Layout: u64 little-endian header length, a JSON header {name: {dtype, shape, data_offsets}}, then the data.
 * A truncated or inconsistent file is refused with a sentence that names the path, the array and the sizes.
 */
#ifndef VKPCL_SAFETENSORS_H
#define VKPCL_SAFETENSORS_H
#include "vkpcl/array.h"
#include "vkpcl/status.h"
#include <stddef.h>

struct vp_named_array {
    const char *name;
    struct vp_array array;
};
struct vp_metadata {
    const char *key, *value;
};

/* ---- reading: the whole file in memory; everything given out belongs to the file and dies with it ------------- */

struct vp_safetensors;
struct vp_safetensors *vp_safetensors_open(const char *path, struct vp_error *err); /* NULL on failure */
void vp_safetensors_close(struct vp_safetensors *file);                             /* NULL is allowed */
int vp_safetensors_count(const struct vp_safetensors *file);
const struct vp_named_array *vp_safetensors_at(const struct vp_safetensors *file, int index);    /* sorted by name */
const struct vp_array *vp_safetensors_find(const struct vp_safetensors *file, const char *name); /* NULL: none */
/* The same, but an array that is missing or not of this type and shape (see vp_array_is) is an error. */
const struct vp_array *vp_safetensors_need(const struct vp_safetensors *file, const char *name, int type, int rank,
                                           const int64_t *shape, struct vp_error *err);
const char *vp_safetensors_metadata(const struct vp_safetensors *file, const char *key); /* NULL: none */
int vp_safetensors_metadata_count(const struct vp_safetensors *file);
struct vp_metadata vp_safetensors_metadata_at(const struct vp_safetensors *file, int index);
/* The path as it was given, for messages. */
const char *vp_safetensors_path(const struct vp_safetensors *file);

/* ---- writing: declare everything, begin, then hand the data over in the order of declaration ------------------- */

struct vp_safetensors_writer;
struct vp_safetensors_writer *vp_safetensors_writer_create(void);
void vp_safetensors_writer_destroy(struct vp_safetensors_writer *writer); /* uncommitted: nothing is left on the disk */
void vp_safetensors_declare_metadata(struct vp_safetensors_writer *writer, const char *key, const char *value);
/* array->data is not looked at. Names must be unique. */
void vp_safetensors_declare(struct vp_safetensors_writer *writer, const char *name, const struct vp_array *array);
enum vp_status vp_safetensors_begin(struct vp_safetensors_writer *writer, const char *path, struct vp_error *err);
/* The next bytes of the data; any cut will do. Failures show at commit. */
void vp_safetensors_data(struct vp_safetensors_writer *writer, const void *data, size_t bytes);
/* All declared bytes must have been given (a bug otherwise). The file appears under its name now, complete. */
enum vp_status vp_safetensors_commit(struct vp_safetensors_writer *writer, struct vp_error *err);

/* All of the above for arrays that are in memory. */
enum vp_status vp_safetensors_write(const char *path, const struct vp_named_array *arrays, int count,
                                    const struct vp_metadata *metadata, int metadata_count, struct vp_error *err);

#endif
