#include "vkpcl/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNTOUCHED "cannot write %s: %s (an older file of that name is untouched)"

static char *joined(const char *a, const char *b) {
    size_t first = strlen(a), second = strlen(b);
    char *text = malloc(first + second + 1);
    vp_assert(text, "out of host memory for a path of %zu bytes", first + second);
    memcpy(text, a, first);
    memcpy(text + first, b, second + 1);
    return text;
}

static const char *reason(int error) {
    return error == ENOSPC || error == EDQUOT ? "disk full" : error == 0 ? "disk full or failing" : strerror(error);
}

static void forget(struct vp_file *file) {
    free(file->path);
    free(file->temporary);
    *file = (struct vp_file){0};
}

enum vp_status vp_file_begin(struct vp_file *file, const char *path, struct vp_error *err) {
    *file = (struct vp_file){.path = joined(path, ""), .temporary = joined(path, ".tmp")};
    file->stream = fopen(file->temporary, "wb");
    if (file->stream) return VP_OK;
    vp_fail(err, VP_ERR_IO, "cannot write %s: %s (%s)", path, reason(errno), file->temporary);
    forget(file);
    return VP_ERR_IO;
}

/* The rename itself must reach the disk too; a file system that cannot sync a folder is no reason to fail. */
static void sync_folder(const char *path) {
    char *folder = joined(path, "");
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = '\0';
    int descriptor = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY);
    free(folder);
    if (descriptor < 0) return;
    (void)fsync(descriptor);
    close(descriptor);
}

enum vp_status vp_file_publish(const char *temporary, const char *path, struct vp_error *err) {
    int descriptor = open(temporary, O_RDONLY), error = 0;
    /* EINVAL: not a thing that can be synced, such as a pipe. */
    if (descriptor < 0 || (fsync(descriptor) != 0 && errno != EINVAL)) error = errno;
    if (descriptor >= 0) close(descriptor);
    if (error == 0 && rename(temporary, path) != 0) error = errno;
    if (error == 0) {
        sync_folder(path);
        return VP_OK;
    }
    unlink(temporary);
    return vp_fail(err, VP_ERR_IO, UNTOUCHED, path, reason(error));
}

enum vp_status vp_file_commit(struct vp_file *file, struct vp_error *err) {
    vp_assert(file->stream, "this file was never begun, or is finished already");
    bool failed = ferror(file->stream) != 0;
    int error = 0; /* a write that failed earlier has lost its reason */
    if (fflush(file->stream) != 0) failed = true, error = errno;
    if (fclose(file->stream) != 0 && !failed) failed = true, error = errno;
    enum vp_status status;
    if (failed) {
        unlink(file->temporary);
        status = vp_fail(err, VP_ERR_IO, UNTOUCHED, file->path, reason(error));
    } else {
        status = vp_file_publish(file->temporary, file->path, err);
    }
    forget(file);
    return status;
}

void vp_file_discard(struct vp_file *file) {
    if (!file->stream) return;
    fclose(file->stream);
    unlink(file->temporary);
    forget(file);
}

enum vp_status vp_file_read(const char *path, unsigned char **data, size_t *bytes, struct vp_error *err) {
    *data = NULL, *bytes = 0;
    FILE *stream = fopen(path, "rb");
    if (!stream) return vp_fail(err, VP_ERR_IO, "cannot open %s: %s", path, strerror(errno));
    struct stat info;
    size_t room = 64 * 1024; /* for what has no size, such as a pipe */
    if (fstat(fileno(stream), &info) == 0 && S_ISREG(info.st_mode)) room = (size_t)info.st_size;
    unsigned char *buffer = malloc(room + 1);
    size_t used = 0;
    while (buffer) {
        used += fread(buffer + used, 1, room + 1 - used, stream);
        if (used <= room) break; /* end of file or an error */
        room = room * 2 + 1024;
        unsigned char *larger = realloc(buffer, room + 1);
        if (!larger) free(buffer);
        buffer = larger;
    }
    int error = errno;
    bool failed = ferror(stream) != 0;
    fclose(stream);
    if (!buffer) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory to read %s: %zu bytes needed", path, room + 1);
    if (failed) {
        free(buffer);
        return vp_fail(err, VP_ERR_IO, "cannot read %s: %s", path, strerror(error));
    }
    buffer[used] = 0;
    *data = buffer, *bytes = used;
    return VP_OK;
}

enum vp_status vp_file_write(const char *path, const void *data, size_t bytes, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    fwrite(data, 1, bytes, file.stream); /* commit sees a failure */
    return vp_file_commit(&file, err);
}

enum vp_status vp_make_folder(const char *path, struct vp_error *err) {
    char *partial = joined(path, "");
    enum vp_status status = VP_OK;
    for (char *end = partial; status == VP_OK && *end; end++) {
        bool root = end == partial && *end == '/';
        if (root || (*end != '/' && end[1] != '\0')) continue;
        char *cut = *end == '/' ? end : end + 1, kept = *cut;
        *cut = '\0';
        struct stat info;
        if (mkdir(partial, 0777) != 0) {
            int error = errno;
            if (stat(partial, &info) != 0 || !S_ISDIR(info.st_mode))
                status = vp_fail(err, VP_ERR_IO, "cannot create the folder %s: %s", partial, strerror(error));
        }
        *cut = kept;
    }
    free(partial);
    return status;
}
