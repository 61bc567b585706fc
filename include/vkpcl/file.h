/* Files: whole reads, and writes that are either complete or did not happen.
 *
 * A file under construction lives at PATH.tmp beside its target, is flushed to the disk (fsync) and renamed over the
 * target by vp_file_commit; vp_file_discard removes it. A crash leaves the old file or the new one, never half of one.
 */
#ifndef VKPCL_FILE_H
#define VKPCL_FILE_H
#include "vkpcl/status.h"
#include <stddef.h>
#include <stdio.h>

struct vp_file {
    FILE *stream;
    char *path;
    char *temporary;
};

enum vp_status vp_file_begin(struct vp_file *file, const char *path, struct vp_error *err);
enum vp_status vp_file_commit(struct vp_file *file, struct vp_error *err); /* reports a full disk with the path */
void vp_file_discard(struct vp_file *file);
/* The second half of commit, for a temporary file that somebody else wrote and closed. On failure it is removed. */
enum vp_status vp_file_publish(const char *temporary, const char *path, struct vp_error *err);

/* The whole file, plus a zero byte behind it; the caller frees. */
enum vp_status vp_file_read(const char *path, unsigned char **data, size_t *bytes, struct vp_error *err);
enum vp_status vp_file_write(const char *path, const void *data, size_t bytes, struct vp_error *err);

/* mkdir -p. An existing folder is fine. */
enum vp_status vp_make_folder(const char *path, struct vp_error *err);

#endif
