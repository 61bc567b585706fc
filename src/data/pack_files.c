#include "data/pack_internal.h"
#include "data/packed.h"
#include "io/npy_header.h"
#include "vkpcl/file.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS VP_PACKED_PROGRESS
static const char *const final_name[VP_PACK_FILES] = {VP_PACKED_IMAGES, VP_PACKED_LABELS, VP_PACKED_BROKEN, NULL};
static const char *const temporary_name[VP_PACK_FILES] = {VP_PACKED_IMAGES ".tmp", VP_PACKED_LABELS ".tmp",
                                                          VP_PACKED_BROKEN ".tmp", "pack.rows.tmp"};

static void place(const struct vp_pack_files *files, const char *name, char path[4096]) {
    snprintf(path, 4096, "%s/%s", files->folder, name);
}

static enum vp_status fail_write(const struct vp_pack_files *files, const char *name, int error, struct vp_error *err) {
    bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return vp_fail(err, VP_ERR_IO,
                   "cannot write %s/%s: %s; %u images are safe: make room and give the same command again, it goes on",
                   files->folder, name, full ? "disk full" : strerror(error), files->saved);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static enum vp_status open_file(struct vp_pack_files *files, int i, bool fresh, uint64_t length, struct vp_error *err) {
    char path[4096];
    place(files, temporary_name[i], path);
    files->file[i] = fopen(path, fresh ? "w+b" : "r+b");
    if (!files->file[i]) return vp_fail(err, VP_ERR_IO, "cannot write %s: %s", path, strerror(errno));
    if (i == VP_PACK_IMAGES && lockf(fileno(files->file[i]), F_TLOCK, 0) != 0)
        return vp_fail(err, VP_ERR_USAGE, "another vkpcl pack is writing to %s just now", files->folder);
    struct stat info;
    if (fstat(fileno(files->file[i]), &info) != 0 || (uint64_t)info.st_size < length)
        return vp_fail(err, VP_ERR_FORMAT, "%s is shorter than %s/" PROGRESS " says: remove %s and pack again", path,
                       files->folder, files->folder);
    if (ftruncate(fileno(files->file[i]), (off_t)length) != 0) return fail_write(files, temporary_name[i], errno, err);
    fseek(files->file[i], 0, SEEK_END);
    return VP_OK;
}

static enum vp_status read_progress(struct vp_pack_files *files, uint64_t length[VP_PACK_FILES], bool *there,
                                    struct vp_error *err) {
    char path[4096];
    place(files, PROGRESS, path);
    *there = access(path, F_OK) == 0;
    if (!*there) return VP_OK;
    unsigned char *text;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &text, &bytes, err);
    if (status != VP_OK) return status;
    uint64_t origin = 0;
    int read = sscanf((const char *)text,
                      "vkpcl pack 1 origin %" SCNx64 " seen %" SCNu32 " rows %" SCNu32 " bytes %" SCNu64 " %" SCNu64
                      " %" SCNu64 " %" SCNu64,
                      &origin, &files->seen, &files->rows, &length[0], &length[1], &length[2], &length[3]);
    free(text);
    files->saved = files->seen;
    if (read != 7) return vp_fail(err, VP_ERR_FORMAT, "%s is damaged: remove %s and pack again", path, files->folder);
    if (origin != files->origin)
        return vp_fail(
            err, VP_ERR_USAGE,
            "%s holds an unfinished set of other images or another recipe: give that command again to finish "
            "it, another folder, or remove it",
            files->folder);
    return VP_OK;
}

/* A run killed while it gave the files their names: those that have them are done. */
static bool already_named(const struct vp_pack_files *files, int i) {
    char path[4096];
    place(files, temporary_name[i], path);
    if (!final_name[i] || access(path, F_OK) == 0) return false;
    place(files, final_name[i], path);
    return access(path, F_OK) == 0;
}

enum vp_status vp_pack_files_open(struct vp_pack_files *files, const char *folder, uint64_t origin,
                                  struct vp_error *err) {
    *files = (struct vp_pack_files){.folder = folder, .origin = origin};
    uint64_t found, length[VP_PACK_FILES] = {0};
    bool resumed;
    if (vp_packed_origin(folder, &found)) {
        files->was_complete = found == origin;
        if (files->was_complete) vp_pack_files_forget(files);
        return files->was_complete ? VP_OK
                                   : vp_fail(err, VP_ERR_USAGE,
                                             "%s holds a packed set of other images or another recipe already: give "
                                             "another folder, or remove it",
                                             folder);
    }
    enum vp_status status = vp_make_folder(folder, err);
    if (status == VP_OK) status = read_progress(files, length, &resumed, err);
    files->is_fresh = status == VP_OK && !resumed;
    for (int i = 0; status == VP_OK && i < VP_PACK_FILES; i++) {
        char path[4096];
        place(files, final_name[i] ? final_name[i] : temporary_name[i], path);
        if (!resumed && i < VP_PACK_BROKEN && access(path, F_OK) == 0)
            return vp_fail(err, VP_ERR_USAGE, "%s exists and was not written by vkpcl pack: give another folder", path);
        if (!resumed || !already_named(files, i)) status = open_file(files, i, !resumed, length[i], err);
    }
    if (status != VP_OK || resumed) return status;
    static const char room[VP_PACK_HEADER] = {0}; /* the header comes last: only then is it known how many there are */
    fwrite(room, 1, sizeof room, files->file[VP_PACK_IMAGES]);
    return VP_OK;
}

/* ---- going on ---------------------------------------------------------------------------------------------------- */

enum vp_status vp_pack_files_save(struct vp_pack_files *files, struct vp_error *err) {
    char path[4096], temporary[4096], text[256];
    uint64_t length[VP_PACK_FILES] = {0};
    for (int i = 0; i < VP_PACK_FILES; i++) {
        if (!files->file[i]) continue;
        errno = 0;
        if (fflush(files->file[i]) != 0 || ferror(files->file[i]))
            return fail_write(files, temporary_name[i], errno ? errno : ENOSPC, err);
        length[i] = (uint64_t)ftello(files->file[i]);
    }
    snprintf(text, sizeof text,
             "vkpcl pack 1\norigin %016" PRIx64 "\nseen %" PRIu32 "\nrows %" PRIu32 "\nbytes %" PRIu64 " %" PRIu64
             " %" PRIu64 " %" PRIu64 "\n",
             files->origin, files->seen, files->rows, length[0], length[1], length[2], length[3]);
    /* Not synced, which costs seconds on a busy disk: a kill loses nothing that was written, and after a loss of power
     * files that are shorter than this says are noticed. */
    place(files, PROGRESS ".tmp", temporary);
    place(files, PROGRESS, path);
    FILE *progress = fopen(temporary, "wb");
    bool good = progress && fputs(text, progress) >= 0;
    if (progress && fclose(progress) != 0) good = false;
    if (good && rename(temporary, path) == 0) {
        files->saved = files->seen;
        return VP_OK;
    }
    return fail_write(files, PROGRESS, errno ? errno : ENOSPC, err);
}

enum vp_status vp_pack_files_publish(struct vp_pack_files *files, int size, struct vp_error *err) {
    struct vp_array array = {.type = VP_ARRAY_U8, .rank = 4, .shape = {files->rows, size, size, 3}};
    char header[VP_NPY_MAX_HEADER];
    size_t bytes = vp_npy_header_print(&array, header);
    vp_assert(bytes == VP_PACK_HEADER, "a header of %zu bytes", bytes);
    FILE *images = files->file[VP_PACK_IMAGES];
    if (images && (fseek(images, 0, SEEK_SET) != 0 || fwrite(header, 1, bytes, images) != bytes || fflush(images) != 0))
        return fail_write(files, temporary_name[VP_PACK_IMAGES], errno, err);
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < VP_PACK_ROWS; i++) {
        if (!files->file[i]) continue;
        char from[4096], to[4096];
        place(files, temporary_name[i], from);
        place(files, final_name[i], to);
        fseek(files->file[i], 0, SEEK_END);
        if (ftello(files->file[i]) == 0)
            unlink(from); /* nothing was broken */
        else
            status = vp_file_publish(from, to, err);
    }
    return status;
}

void vp_pack_files_forget(struct vp_pack_files *files) {
    char path[4096];
    place(files, temporary_name[VP_PACK_ROWS], path);
    unlink(path);
    place(files, PROGRESS, path);
    unlink(path);
}

void vp_pack_files_abandon(struct vp_pack_files *files) {
    char from[4096], to[4096];
    place(files, temporary_name[VP_PACK_BROKEN], from);
    place(files, final_name[VP_PACK_BROKEN], to);
    vp_file_publish(from, to, NULL);
    for (int i = 0; i < VP_PACK_BROKEN; i++) {
        place(files, temporary_name[i], from);
        unlink(from);
    }
    vp_pack_files_forget(files);
}

void vp_pack_files_close(struct vp_pack_files *files) {
    for (int i = 0; i < VP_PACK_FILES; i++)
        if (files->file[i]) fclose(files->file[i]);
    *files = (struct vp_pack_files){0};
}
