#include "data/packed.h"
#include "io/npy_header.h"
#include "vkpcl/config.h"
#include "vkpcl/npz.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char *joined(const char *folder, const char *name) {
    size_t bytes = strlen(folder) + strlen(name) + 2;
    char *path = malloc(bytes);
    vp_assert(path, "out of host memory for a path of %zu bytes", bytes);
    snprintf(path, bytes, "%s/%s", folder, name);
    return path;
}

static bool exists(const char *folder, const char *name) {
    char *path = joined(folder, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static bool is_npy(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".npy") == 0;
}

bool vp_packed_is(const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) return false;
    return S_ISDIR(info.st_mode) ? exists(path, VP_PACKED_INDEX) && exists(path, VP_PACKED_IMAGES) : is_npy(path);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static enum vp_status map_images(struct vp_packed *packed, struct vp_error *err) {
    int file = open(packed->path, O_RDONLY);
    struct stat info;
    if (file < 0 || fstat(file, &info) != 0) {
        int error = errno;
        if (file >= 0) close(file);
        return vp_fail(err, VP_ERR_IO, "cannot open %s: %s", packed->path, strerror(error));
    }
    packed->map_bytes = (size_t)info.st_size;
    void *map = packed->map_bytes ? mmap(NULL, packed->map_bytes, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    int error = packed->map_bytes ? errno : 0;
    close(file);
    if (map == MAP_FAILED)
        return error ? vp_fail(err, VP_ERR_IO, "cannot map %s: %s", packed->path, strerror(error))
                     : vp_fail(err, VP_ERR_FORMAT, "%s is empty", packed->path);
    packed->map = map;
    struct vp_array array;
    size_t begin;
    enum vp_status status = vp_npy_header_parse(map, packed->map_bytes, packed->path, &array, &begin, err);
    if (status != VP_OK) return status;
    bool fits = vp_array_is(&array, VP_ARRAY_U8, 4, (const int64_t[]){-1, -1, -1, 3});
    for (int i = 0; fits && i < 3; i++) fits = array.shape[i] > 0 && array.shape[i] <= (i ? 16384 : INT32_MAX);
    char text[256];
    if (!fits)
        return vp_fail(err, VP_ERR_FORMAT, "%s: expected images as u8 (N, H, W, 3), found %s", packed->path,
                       vp_array_text(&array, text));
    packed->images = (uint32_t)array.shape[0];
    packed->height = (int)array.shape[1], packed->width = (int)array.shape[2];
    packed->pixels = (const unsigned char *)map + begin;
    return VP_OK;
}

/* A list of u32, and how many; the caller frees. */
static enum vp_status read_counts(struct vp_npz *npz, const char *name, int columns, void *counts, uint32_t *count,
                                  struct vp_error *err) {
    struct vp_array array;
    enum vp_status status =
        vp_npz_need(npz, name, VP_ARRAY_U32, columns > 1 ? 2 : 1, (const int64_t[]){-1, columns}, &array, err);
    if (status != VP_OK) return status;
    *count = (uint32_t)array.shape[0];
    memcpy(counts, &array.data, sizeof array.data);
    return VP_OK;
}

static bool agrees(const struct vp_packed *packed) {
    uint64_t images = 0, in_videos = 0, videos = 0, identities = 0, in_identities = 0, of_identities = 0;
    for (uint32_t i = 0; i < packed->part_count; i++) {
        const struct vp_packed_part *part = &packed->parts[i];
        if (part->layout < VP_LAYOUT_FOLDER || part->layout > VP_LAYOUT_LIST || part->images == 0) return false;
        if ((part->layout == VP_LAYOUT_IDENTITY) != (part->identities > 0)) return false;
        uint64_t here = 0, persons = 0;
        for (uint32_t k = 0; k < part->videos && videos + k < packed->video_count; k++)
            here += packed->video[videos + k];
        for (uint32_t k = 0; k < part->identities && identities + k < packed->identity_count; k++)
            persons += packed->identity[identities + k];
        if (here != part->images || (part->identities && persons != part->videos)) return false;
        images += part->images, videos += part->videos, identities += part->identities;
        in_videos += here, in_identities += persons, of_identities += part->identities ? part->videos : 0;
    }
    for (uint32_t i = 0; i < packed->video_count; i++)
        if (!packed->video[i]) return false;
    for (uint32_t i = 0; i < packed->identity_count; i++)
        if (!packed->identity[i]) return false;
    return images == packed->images && in_videos == images && videos == packed->video_count &&
           identities == packed->identity_count && in_identities == of_identities;
}

static enum vp_status read_index(struct vp_packed *packed, const char *path, struct vp_error *err) {
    struct vp_npz *npz = vp_npz_open(path, err);
    if (!npz) return err->status;
    struct vp_array origin = {0};
    enum vp_status status = read_counts(npz, "part", 4, &packed->parts, &packed->part_count, err);
    if (status == VP_OK) status = read_counts(npz, "video", 1, &packed->video, &packed->video_count, err);
    if (status == VP_OK) status = read_counts(npz, "identity", 1, &packed->identity, &packed->identity_count, err);
    if (status == VP_OK) status = vp_npz_need(npz, "origin", VP_ARRAY_U64, 1, (const int64_t[]){1}, &origin, err);
    vp_npz_close(npz);
    if (status != VP_OK) return status;
    memcpy(&packed->origin, origin.data, sizeof packed->origin);
    vp_array_fini(&origin);
    if (agrees(packed)) return VP_OK;
    return vp_fail(err, VP_ERR_FORMAT, "%s does not describe the %u images of %s: pack them again", path,
                   packed->images, packed->path);
}

/* What an array from elsewhere is: a folder of images. */
static void plain_index(struct vp_packed *packed) {
    packed->parts = malloc(sizeof *packed->parts);
    packed->video = malloc(sizeof *packed->video);
    vp_assert(packed->parts && packed->video, "out of host memory for an index");
    packed->parts[0] = (struct vp_packed_part){.layout = VP_LAYOUT_FOLDER, .images = packed->images, .videos = 1};
    packed->video[0] = packed->images;
    packed->part_count = packed->video_count = 1;
    packed->origin = (uint64_t)packed->images << 32 | (uint64_t)packed->height << 16 | (uint64_t)packed->width;
}

enum vp_status vp_packed_open(const char *path, struct vp_packed **packed, struct vp_error *err) {
    struct vp_error own_error = {0};
    if (!err) err = &own_error; /* its status is needed below */
    *packed = NULL;
    struct vp_packed *set = calloc(1, sizeof *set);
    vp_assert(set, "out of host memory for a packed set");
    const char *slash = strrchr(path, '/');
    bool file = is_npy(path);
    size_t length = !file ? strlen(path) : slash ? (size_t)(slash - path) : 1;
    set->folder = malloc(length + 1);
    vp_assert(set->folder, "out of host memory for a path of %zu bytes", length);
    memcpy(set->folder, file && !slash ? "." : path, length);
    set->folder[length] = '\0';
    set->path = file ? strdup(path) : joined(path, VP_PACKED_IMAGES);
    vp_assert(set->path, "out of host memory for a path of %zu bytes", length);
    enum vp_status status = map_images(set, err);
    char *index = joined(set->folder, VP_PACKED_INDEX);
    bool own = !file || (strcmp(slash ? slash + 1 : path, VP_PACKED_IMAGES) == 0 && access(index, F_OK) == 0);
    if (status == VP_OK && own) status = read_index(set, index, err);
    if (status == VP_OK && !own) plain_index(set);
    free(index);
    if (status == VP_OK)
        *packed = set;
    else
        vp_packed_close(set);
    return status;
}

const unsigned char *vp_packed_image(const struct vp_packed *packed, uint32_t image) {
    vp_assert(image < packed->images, "image %u of %u", image, packed->images);
    size_t bytes = (size_t)packed->height * (size_t)packed->width * 3;
    const unsigned char *row = packed->pixels + image * bytes;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t before = (size_t)(row - (const unsigned char *)packed->map) % page;
    (void)posix_madvise((void *)(uintptr_t)(row - before), before + bytes, POSIX_MADV_WILLNEED);
    return row;
}

size_t vp_packed_index_bytes(const struct vp_packed *packed) {
    return sizeof *packed + packed->part_count * sizeof *packed->parts +
           ((size_t)packed->video_count + packed->identity_count) * sizeof *packed->video;
}

void vp_packed_close(struct vp_packed *packed) {
    if (!packed) return;
    if (packed->map) munmap(packed->map, packed->map_bytes);
    free(packed->folder);
    free(packed->path);
    free(packed->parts);
    free(packed->video);
    free(packed->identity);
    free(packed);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

enum vp_status vp_packed_write_index(const char *folder, const struct vp_packed *index, struct vp_error *err) {
    uint64_t origin = index->origin;
    const struct {
        const char *name;
        struct vp_array array;
    } arrays[] = {
        {"part", {VP_ARRAY_U32, 2, {(int64_t)index->part_count, 4}, index->parts}},
        {"video", {VP_ARRAY_U32, 1, {(int64_t)index->video_count}, index->video}},
        {"identity", {VP_ARRAY_U32, 1, {(int64_t)index->identity_count}, index->identity}},
        {"origin", {VP_ARRAY_U64, 1, {1}, &origin}},
    };
    char *path = joined(folder, VP_PACKED_INDEX);
    struct vp_npz_writer *writer = vp_npz_writer_create(path, true, err);
    free(path);
    if (!writer) return err->status;
    enum vp_status status = VP_OK;
    for (size_t i = 0; status == VP_OK && i < sizeof arrays / sizeof *arrays; i++)
        status = vp_npz_add(writer, arrays[i].name, &arrays[i].array, err);
    if (status == VP_OK) status = vp_npz_commit(writer, err);
    vp_npz_writer_destroy(writer);
    return status;
}

bool vp_packed_origin(const char *folder, uint64_t *origin) {
    if (!exists(folder, VP_PACKED_INDEX) || !exists(folder, VP_PACKED_IMAGES)) return false;
    char *path = joined(folder, VP_PACKED_INDEX);
    struct vp_npz *npz = vp_npz_open(path, NULL);
    free(path);
    struct vp_array array = {0};
    bool read = npz && vp_npz_need(npz, "origin", VP_ARRAY_U64, 1, (const int64_t[]){1}, &array, NULL) == VP_OK;
    if (read) memcpy(origin, array.data, sizeof *origin);
    vp_array_fini(&array);
    vp_npz_close(npz);
    return read;
}
