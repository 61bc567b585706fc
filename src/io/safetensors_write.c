#include "safetensors_types.h"
#include "vkpcl/arena.h"
#include "vkpcl/file.h"
#include "vkpcl/safetensors.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[VP_ARRAY_TYPES] = {
    [VP_ARRAY_F32] = "F32",   [VP_ARRAY_F64] = "F64", [VP_ARRAY_F16] = "F16", [VP_ARRAY_BF16] = "BF16",
    [VP_ARRAY_I64] = "I64",   [VP_ARRAY_I32] = "I32", [VP_ARRAY_I16] = "I16", [VP_ARRAY_I8] = "I8",
    [VP_ARRAY_U64] = "U64",   [VP_ARRAY_U32] = "U32", [VP_ARRAY_U16] = "U16", [VP_ARRAY_U8] = "U8",
    [VP_ARRAY_BOOL] = "BOOL",
};

const char *vp_safetensors_type_name(enum vp_array_type type) {
    return names[type];
}

bool vp_safetensors_type(const char *name, enum vp_array_type *type) {
    for (int i = 0; i < VP_ARRAY_TYPES; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *type = (enum vp_array_type)i;
        return true;
    }
    return false;
}

struct vp_safetensors_writer {
    cJSON *header, *metadata;
    size_t declared, given; /* bytes of data */
    struct vp_file file;
};

struct vp_safetensors_writer *vp_safetensors_writer_create(void) {
    struct vp_safetensors_writer *writer = calloc(1, sizeof *writer);
    vp_assert(writer, "out of host memory");
    writer->header = cJSON_CreateObject();
    writer->metadata = cJSON_AddObjectToObject(writer->header, "__metadata__");
    vp_assert(writer->metadata, "out of host memory");
    return writer;
}

void vp_safetensors_writer_destroy(struct vp_safetensors_writer *writer) {
    if (!writer) return;
    vp_file_discard(&writer->file);
    cJSON_Delete(writer->header);
    free(writer);
}

void vp_safetensors_declare_metadata(struct vp_safetensors_writer *writer, const char *key, const char *value) {
    vp_assert(!cJSON_GetObjectItemCaseSensitive(writer->metadata, key), "the metadata has %s already", key);
    bool added = cJSON_AddStringToObject(writer->metadata, key, value) != NULL;
    vp_assert(added, "out of host memory");
}

void vp_safetensors_declare(struct vp_safetensors_writer *writer, const char *name, const struct vp_array *array) {
    vp_assert(!writer->file.stream, "%s is declared after the data began", name);
    vp_assert(!cJSON_GetObjectItemCaseSensitive(writer->header, name), "array %s is declared twice", name);
    size_t begin = writer->declared;
    writer->declared += vp_array_bytes(array);
    cJSON *entry = cJSON_AddObjectToObject(writer->header, name);
    cJSON_AddStringToObject(entry, "dtype", names[array->type]);
    cJSON *shape = cJSON_AddArrayToObject(entry, "shape"), *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
    for (int i = 0; i < array->rank; i++) cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)array->shape[i]));
    cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)begin));
    cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)writer->declared));
    vp_assert(cJSON_GetArraySize(offsets) == 2, "out of host memory");
}

enum vp_status vp_safetensors_begin(struct vp_safetensors_writer *writer, const char *path, struct vp_error *err) {
    enum vp_status status = vp_file_begin(&writer->file, path, err);
    if (status != VP_OK) return status;
    if (!writer->metadata->child) cJSON_DeleteItemFromObjectCaseSensitive(writer->header, "__metadata__");
    char *text = cJSON_PrintUnformatted(writer->header);
    vp_assert(text, "out of host memory");
    size_t length = strlen(text), padded = (length + 7) / 8 * 8; /* the data begins aligned */
    unsigned char head[8];
    for (int i = 0; i < 8; i++) head[i] = (unsigned char)(padded >> (8 * i));
    fwrite(head, 1, sizeof head, writer->file.stream);
    fprintf(writer->file.stream, "%-*s", (int)padded, text);
    cJSON_free(text);
    return VP_OK;
}

void vp_safetensors_data(struct vp_safetensors_writer *writer, const void *data, size_t bytes) {
    vp_assert(writer->file.stream, "data before vp_safetensors_begin");
    writer->given += bytes;
    if (bytes) fwrite(data, 1, bytes, writer->file.stream); /* commit sees a failure */
}

enum vp_status vp_safetensors_commit(struct vp_safetensors_writer *writer, struct vp_error *err) {
    vp_assert(writer->given == writer->declared, "%zu bytes of data were declared, %zu were given", writer->declared,
              writer->given);
    return vp_file_commit(&writer->file, err);
}

enum vp_status vp_safetensors_write(const char *path, const struct vp_named_array *arrays, int count,
                                    const struct vp_metadata *metadata, int metadata_count, struct vp_error *err) {
    struct vp_safetensors_writer *writer = vp_safetensors_writer_create();
    for (int i = 0; i < metadata_count; i++)
        vp_safetensors_declare_metadata(writer, metadata[i].key, metadata[i].value);
    for (int i = 0; i < count; i++) vp_safetensors_declare(writer, arrays[i].name, &arrays[i].array);
    enum vp_status status = vp_safetensors_begin(writer, path, err);
    for (int i = 0; i < count && status == VP_OK; i++)
        vp_safetensors_data(writer, arrays[i].array.data, vp_array_bytes(&arrays[i].array));
    if (status == VP_OK) status = vp_safetensors_commit(writer, err);
    vp_safetensors_writer_destroy(writer);
    return status;
}
