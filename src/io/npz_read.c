#include "array_check.h"
#include "npy_header.h"
#include "vkpcl/npz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

struct vp_npz {
    zip_t *zip;
    char *path;
    int count;
    char **names; /* without ".npy"; entry i of the archive is names[i] */
};

static char *plain_name(const char *entry) {
    size_t length = strlen(entry);
    if (length >= 4 && strcmp(entry + length - 4, ".npy") == 0) length -= 4;
    char *name = calloc(1, length + 1);
    vp_assert(name, "out of host memory for a name of %zu bytes", length);
    memcpy(name, entry, length);
    return name;
}

struct vp_npz *vp_npz_open(const char *path, struct vp_error *err) {
    int code;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (!zip) {
        zip_error_t why;
        zip_error_init_with_code(&why, code);
        bool file = code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_NOENT;
        vp_fail(err, file ? VP_ERR_IO : VP_ERR_FORMAT, "cannot open %s as .npz: %s", path, zip_error_strerror(&why));
        zip_error_fini(&why);
        return NULL;
    }
    struct vp_npz *npz = calloc(1, sizeof *npz);
    vp_assert(npz, "out of host memory");
    npz->zip = zip;
    npz->path = calloc(1, strlen(path) + 1);
    npz->count = (int)zip_get_num_entries(zip, 0);
    npz->names = calloc((size_t)npz->count + 1, sizeof *npz->names);
    vp_assert(npz->path && npz->names, "out of host memory for %d names", npz->count);
    memcpy(npz->path, path, strlen(path));
    for (int i = 0; i < npz->count; i++) {
        const char *entry = zip_get_name(zip, (zip_uint64_t)i, 0);
        npz->names[i] = plain_name(entry ? entry : "");
    }
    return npz;
}

void vp_npz_close(struct vp_npz *npz) {
    if (!npz) return;
    for (int i = 0; i < npz->count; i++) free(npz->names[i]);
    free(npz->names);
    free(npz->path);
    zip_discard(npz->zip);
    free(npz);
}

int vp_npz_count(const struct vp_npz *npz) {
    return npz->count;
}
const char *vp_npz_name(const struct vp_npz *npz, int index) {
    return npz->names[index];
}

static int find(const struct vp_npz *npz, const char *name) {
    for (int i = 0; i < npz->count; i++)
        if (strcmp(npz->names[i], name) == 0) return i;
    return -1;
}

bool vp_npz_has(const struct vp_npz *npz, const char *name) {
    return find(npz, name) >= 0;
}

static enum vp_status fail_missing(const struct vp_npz *npz, const char *name, struct vp_error *err) {
    char held[600] = "";
    size_t used = 0;
    for (int i = 0; i < npz->count && used < sizeof held; i++)
        used += (size_t)snprintf(held + used, sizeof held - used, "%s%s", i ? ", " : "", npz->names[i]);
    return vp_fail(err, VP_ERR_FORMAT, "%s has no array %s; it holds: %s", npz->path, name, held);
}

/* The bytes of an entry, unpacked; zlib and the checksum are the archive library's business. */
static enum vp_status unpack(struct vp_npz *npz, int index, unsigned char **bytes, size_t *count,
                             struct vp_error *err) {
    const char *name = npz->names[index];
    zip_stat_t stat;
    zip_stat_init(&stat);
    zip_file_t *file = zip_stat_index(npz->zip, (zip_uint64_t)index, 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE)
                           ? zip_fopen_index(npz->zip, (zip_uint64_t)index, 0)
                           : NULL;
    if (!file) return vp_fail(err, VP_ERR_FORMAT, "%s: %s: %s", npz->path, name, zip_strerror(npz->zip));
    *count = (size_t)stat.size;
    *bytes = *count < SIZE_MAX ? malloc(*count + 1) : NULL;
    if (!*bytes) {
        zip_fclose(file);
        return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "%s: %s: no memory for %zu bytes", npz->path, name, *count);
    }
    size_t used = 0;
    zip_int64_t got = 0;
    /* One byte more than there should be: reaching the end is what makes the checksum count. */
    while (used <= *count && (got = zip_fread(file, *bytes + used, *count + 1 - used)) > 0) used += (size_t)got;
    enum vp_status status = VP_OK;
    if (got < 0 || used != *count)
        status = vp_fail(err, VP_ERR_FORMAT, "%s: %s is damaged: %s", npz->path, name,
                         got < 0 ? zip_file_strerror(file) : "its length is not what the archive says");
    zip_fclose(file);
    if (status != VP_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

enum vp_status vp_npz_read(struct vp_npz *npz, const char *name, struct vp_array *array, struct vp_error *err) {
    *array = (struct vp_array){0};
    int index = find(npz, name);
    if (index < 0) return fail_missing(npz, name, err);
    unsigned char *bytes = NULL;
    size_t count = 0, begin;
    enum vp_status status = unpack(npz, index, &bytes, &count, err);
    if (!bytes) return status;
    struct vp_array found = {0};
    char *place = calloc(1, strlen(npz->path) + strlen(name) + 3);
    vp_assert(place, "out of host memory");
    sprintf(place, "%s: %s", npz->path, name);
    status = vp_npy_header_parse(bytes, count, place, &found, &begin, err);
    free(place);
    if (status != VP_OK) {
        free(bytes);
        return status;
    }
    memmove(bytes, bytes + begin, vp_array_bytes(&found)); /* aligned, and one pointer to free */
    found.data = bytes;
    *array = found;
    return VP_OK;
}

enum vp_status vp_npz_need(struct vp_npz *npz, const char *name, int type, int rank, const int64_t *shape,
                           struct vp_array *array, struct vp_error *err) {
    enum vp_status status = vp_npz_read(npz, name, array, err);
    if (status == VP_OK) status = vp_array_check(array, npz->path, name, type, rank, shape, err);
    if (status != VP_OK) vp_array_fini(array);
    return status;
}
