/* .npz files: a zip archive of .npy arrays, as numpy.savez and numpy.savez_compressed write them.
 *
 * Arrays are read one by one, on demand. Archives are written to a temporary name and renamed; the same arrays give the
 * same bytes (no time stamps).
 */
#ifndef VKPCL_NPZ_H
#define VKPCL_NPZ_H
#include "vkpcl/array.h"
#include "vkpcl/status.h"
#include <stdbool.h>

struct vp_npz;
struct vp_npz *vp_npz_open(const char *path, struct vp_error *err); /* NULL on failure */
void vp_npz_close(struct vp_npz *npz);                              /* NULL is allowed */
int vp_npz_count(const struct vp_npz *npz);
const char *vp_npz_name(const struct vp_npz *npz, int index); /* without ".npy"; in the order of the archive */
bool vp_npz_has(const struct vp_npz *npz, const char *name);
/* The caller owns the array (vp_array_fini). A missing name is VP_ERR_FORMAT and names what the file holds. */
enum vp_status vp_npz_read(struct vp_npz *npz, const char *name, struct vp_array *array, struct vp_error *err);
/* The same, and it must have this type and shape (see vp_array_is). */
enum vp_status vp_npz_need(struct vp_npz *npz, const char *name, int type, int rank, const int64_t *shape,
                           struct vp_array *array, struct vp_error *err);

struct vp_npz_writer;
struct vp_npz_writer *vp_npz_writer_create(const char *path, bool deflate, struct vp_error *err);
void vp_npz_writer_destroy(
    struct vp_npz_writer *writer); /* uncommitted: nothing is left on the disk; NULL is allowed */
/* Copies the data. Names must be unique. */
enum vp_status vp_npz_add(struct vp_npz_writer *writer, const char *name, const struct vp_array *array,
                          struct vp_error *err);
/* Takes array->data, which must come from malloc, instead of copying it; also when it fails. */
enum vp_status vp_npz_add_owned(struct vp_npz_writer *writer, const char *name, const struct vp_array *array,
                                struct vp_error *err);
enum vp_status vp_npz_commit(struct vp_npz_writer *writer, struct vp_error *err);

#endif
