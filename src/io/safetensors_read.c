#include "array_check.h"
#include "safetensors_types.h"
#include "vkpcl/arena.h"
#include "vkpcl/file.h"
#include "vkpcl/safetensors.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct vp_named_array named;
    size_t begin, end; /* of its bytes in the data */
};

struct vp_safetensors {
    struct vp_arena *arena;
    char *path;
    unsigned char *data; /* what stands behind the header */
    size_t bytes;
    struct vp_named_array *arrays;
    int count;
    struct vp_metadata *metadata;
    int metadata_count;
};

static bool whole(const cJSON *number, double limit, size_t *value) {
    if (!cJSON_IsNumber(number) || number->valuedouble < 0 || number->valuedouble > limit) return false;
    *value = (size_t)number->valuedouble;
    return (double)*value == number->valuedouble;
}

static enum vp_status fail(const struct vp_safetensors *file, const char *name, const char *what,
                           struct vp_error *err) {
    return vp_fail(err, VP_ERR_FORMAT, "%s: array %s: %s", file->path, name, what);
}

static enum vp_status read_shape(struct vp_safetensors *file, const cJSON *shape, struct entry *entry,
                                 struct vp_error *err) {
    const char *name = entry->named.name;
    struct vp_array *array = &entry->named.array;
    size_t bytes = vp_array_type_bytes(array->type), size;
    if (!cJSON_IsArray(shape)) return fail(file, name, "its header entry lacks a shape", err);
    const cJSON *item;
    cJSON_ArrayForEach(item, shape) {
        if (array->rank == VP_ARRAY_MAX_RANK) return fail(file, name, "it has more than 8 dimensions", err);
        if (!whole(item, 0x1p53, &size) || (size > 0 && bytes > ((size_t)1 << 62) / size))
            return fail(file, name, "its shape is damaged", err);
        array->shape[array->rank++] = (int64_t)size;
        bytes *= size ? size : 1;
    }
    return VP_OK;
}

static enum vp_status read_entry(struct vp_safetensors *file, const cJSON *item, struct entry *entry,
                                 struct vp_error *err) {
    const char *name = entry->named.name = vp_arena_strdup(file->arena, item->string);
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(item, "dtype"),
                *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    if (!cJSON_IsString(type)) return fail(file, name, "its header entry lacks a dtype", err);
    if (!vp_safetensors_type(type->valuestring, &entry->named.array.type))
        return vp_fail(err, VP_ERR_FORMAT, "%s: array %s: dtype %.20s is not supported", file->path, name,
                       type->valuestring);
    enum vp_status status = read_shape(file, cJSON_GetObjectItemCaseSensitive(item, "shape"), entry, err);
    if (status != VP_OK) return status;
    if (cJSON_GetArraySize(offsets) != 2 || !whole(cJSON_GetArrayItem(offsets, 0), 0x1p53, &entry->begin) ||
        !whole(cJSON_GetArrayItem(offsets, 1), 0x1p53, &entry->end) || entry->begin > entry->end)
        return fail(file, name, "its data_offsets are damaged", err);
    if (entry->end > file->bytes)
        return vp_fail(err, VP_ERR_FORMAT,
                       "%s: array %s ends at byte %zu of the data, but only %zu are there: truncated", file->path, name,
                       entry->end, file->bytes);
    char text[256];
    size_t need = vp_array_bytes(&entry->named.array);
    if (entry->end - entry->begin != need)
        return vp_fail(err, VP_ERR_FORMAT, "%s: array %s: %s needs %zu bytes, its data_offsets span %zu", file->path,
                       name, vp_array_text(&entry->named.array, text), need, entry->end - entry->begin);
    return VP_OK;
}

static enum vp_status read_metadata(struct vp_safetensors *file, const cJSON *map, struct vp_error *err) {
    file->metadata = vp_arena_array(file->arena, struct vp_metadata, cJSON_GetArraySize(map) + 1);
    const cJSON *item;
    cJSON_ArrayForEach(item, map) {
        if (!item->string || !cJSON_IsString(item))
            return vp_fail(err, VP_ERR_FORMAT, "%s: the metadata must map text to text", file->path);
        file->metadata[file->metadata_count++] = (struct vp_metadata){vp_arena_strdup(file->arena, item->string),
                                                                      vp_arena_strdup(file->arena, item->valuestring)};
    }
    return VP_OK;
}

static int by_place(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct vp_named_array *)a)->name, ((const struct vp_named_array *)b)->name);
}

/* The arrays must tile the data: no overlap, no gap, nothing behind the last. */
static enum vp_status check_places(struct vp_safetensors *file, struct entry *entries, struct vp_error *err) {
    qsort(entries, (size_t)file->count, sizeof *entries, by_place);
    size_t at = 0;
    for (int i = 0; i < file->count; i++) {
        if (entries[i].begin < at)
            return vp_fail(err, VP_ERR_FORMAT, "%s: the data of arrays %s and %s overlaps", file->path,
                           entries[i - 1].named.name, entries[i].named.name);
        if (entries[i].begin > at)
            return vp_fail(err, VP_ERR_FORMAT, "%s: %zu bytes before array %s belong to no array", file->path,
                           entries[i].begin - at, entries[i].named.name);
        at = entries[i].end;
    }
    if (at != file->bytes)
        return vp_fail(err, VP_ERR_FORMAT, "%s: %zu bytes behind the last array belong to none", file->path,
                       file->bytes - at);
    return VP_OK;
}

static enum vp_status take(struct vp_safetensors *file, struct entry *entries, struct vp_error *err) {
    for (int i = 0; i < file->count; i++) {
        struct entry *entry = &entries[i];
        unsigned char *data = file->data + entry->begin;
        if (entry->begin % vp_array_type_bytes(entry->named.array.type) != 0) { /* rare: packed behind an odd array */
            data = vp_arena_alloc(file->arena, entry->end - entry->begin);
            memcpy(data, file->data + entry->begin, entry->end - entry->begin);
        }
        entry->named.array.data = data;
        file->arrays[i] = entry->named;
    }
    qsort(file->arrays, (size_t)file->count, sizeof *file->arrays, by_name);
    for (int i = 1; i < file->count; i++)
        if (by_name(&file->arrays[i - 1], &file->arrays[i]) == 0)
            return fail(file, file->arrays[i].name, "it is in the header twice", err);
    return VP_OK;
}

static enum vp_status read_header(struct vp_safetensors *file, const cJSON *header, struct vp_error *err) {
    if (!cJSON_IsObject(header)) return vp_fail(err, VP_ERR_FORMAT, "%s: the header is not valid JSON", file->path);
    int capacity = cJSON_GetArraySize(header);
    struct entry *entries = vp_arena_array(file->arena, struct entry, capacity);
    file->arrays = vp_arena_array(file->arena, struct vp_named_array, capacity);
    enum vp_status status = VP_OK;
    const cJSON *item;
    cJSON_ArrayForEach(item, header) {
        bool metadata = strcmp(item->string, "__metadata__") == 0;
        status = metadata ? read_metadata(file, item, err) : read_entry(file, item, &entries[file->count++], err);
        if (status != VP_OK) return status;
    }
    status = check_places(file, entries, err);
    return status == VP_OK ? take(file, entries, err) : status;
}

static enum vp_status split(struct vp_safetensors *file, struct vp_error *err) {
    unsigned char *bytes;
    size_t count;
    enum vp_status status = vp_file_read(file->path, &bytes, &count, err);
    if (status != VP_OK) return status;
    file->data = bytes;
    uint64_t length = 0;
    for (size_t i = 0; i < 8 && i < count; i++) length |= (uint64_t)bytes[i] << (8 * i);
    if (count < 8 || length > count - 8)
        return vp_fail(
            err, VP_ERR_FORMAT,
            "%s: the header should be %llu bytes, but the file has %zu in all: truncated, or not safetensors",
            file->path, (unsigned long long)length, count);
    cJSON *header = cJSON_ParseWithLength((const char *)bytes + 8, (size_t)length);
    file->bytes = count - 8 - (size_t)length;
    memmove(bytes, bytes + 8 + length, file->bytes); /* the data becomes aligned, whatever the header's length */
    status = read_header(file, header, err);
    cJSON_Delete(header);
    return status;
}

struct vp_safetensors *vp_safetensors_open(const char *path, struct vp_error *err) {
    struct vp_arena *arena = vp_arena_create();
    struct vp_safetensors *file = vp_arena_new(arena, struct vp_safetensors);
    file->arena = arena;
    file->path = vp_arena_strdup(arena, path);
    if (split(file, err) == VP_OK) return file;
    vp_safetensors_close(file);
    return NULL;
}

void vp_safetensors_close(struct vp_safetensors *file) {
    if (!file) return;
    free(file->data);
    vp_arena_destroy(file->arena);
}

int vp_safetensors_count(const struct vp_safetensors *file) {
    return file->count;
}
const struct vp_named_array *vp_safetensors_at(const struct vp_safetensors *file, int index) {
    return &file->arrays[index];
}
const char *vp_safetensors_path(const struct vp_safetensors *file) {
    return file->path;
}
int vp_safetensors_metadata_count(const struct vp_safetensors *file) {
    return file->metadata_count;
}
struct vp_metadata vp_safetensors_metadata_at(const struct vp_safetensors *file, int index) {
    return file->metadata[index];
}

const struct vp_array *vp_safetensors_find(const struct vp_safetensors *file, const char *name) {
    struct vp_named_array wanted = {.name = name};
    if (file->count == 0) return NULL;
    const struct vp_named_array *found =
        bsearch(&wanted, file->arrays, (size_t)file->count, sizeof *file->arrays, by_name);
    return found ? &found->array : NULL;
}

const struct vp_array *vp_safetensors_need(const struct vp_safetensors *file, const char *name, int type, int rank,
                                           const int64_t *shape, struct vp_error *err) {
    const struct vp_array *array = vp_safetensors_find(file, name);
    if (!array)
        vp_fail(err, VP_ERR_FORMAT, "%s has no array %s (it holds %d others)", file->path, name, file->count);
    else if (vp_array_check(array, file->path, name, type, rank, shape, err) == VP_OK)
        return array;
    return NULL;
}

const char *vp_safetensors_metadata(const struct vp_safetensors *file, const char *key) {
    for (int i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0) return file->metadata[i].value;
    return NULL;
}
