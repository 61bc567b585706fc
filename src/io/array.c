#include "vkpcl/array.h"
#include "array_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    size_t bytes;
    const char *name;
} types[VP_ARRAY_TYPES] = {
    [VP_ARRAY_F32] = {4, "f32"},   [VP_ARRAY_F64] = {8, "f64"}, [VP_ARRAY_F16] = {2, "f16"},
    [VP_ARRAY_BF16] = {2, "bf16"}, [VP_ARRAY_I64] = {8, "i64"}, [VP_ARRAY_I32] = {4, "i32"},
    [VP_ARRAY_I16] = {2, "i16"},   [VP_ARRAY_I8] = {1, "i8"},   [VP_ARRAY_U64] = {8, "u64"},
    [VP_ARRAY_U32] = {4, "u32"},   [VP_ARRAY_U16] = {2, "u16"}, [VP_ARRAY_U8] = {1, "u8"},
    [VP_ARRAY_BOOL] = {1, "bool"},
};

size_t vp_array_type_bytes(enum vp_array_type type) {
    return types[type].bytes;
}
const char *vp_array_type_name(enum vp_array_type type) {
    return types[type].name;
}

int64_t vp_array_count(const struct vp_array *array) {
    int64_t count = 1;
    for (int i = 0; i < array->rank; i++) count *= array->shape[i];
    return count;
}

size_t vp_array_bytes(const struct vp_array *array) {
    return (size_t)vp_array_count(array) * types[array->type].bytes;
}

void vp_array_fini(struct vp_array *array) {
    free(array->data);
    array->data = NULL;
}

static const char *text(const char *type, int rank, const int64_t *shape, char buffer[256]) {
    int used = snprintf(buffer, 256, "%s (", type);
    for (int i = 0; i < rank; i++) {
        const char *comma = i ? ", " : "";
        if (shape[i] < 0)
            used += snprintf(buffer + used, 256 - (size_t)used, "%sany", comma);
        else
            used += snprintf(buffer + used, 256 - (size_t)used, "%s%lld", comma, (long long)shape[i]);
    }
    snprintf(buffer + used, 256 - (size_t)used, ")");
    return buffer;
}

const char *vp_array_text(const struct vp_array *array, char buffer[256]) {
    return text(types[array->type].name, array->rank, array->shape, buffer);
}

bool vp_array_is(const struct vp_array *array, int type, int rank, const int64_t *shape) {
    if ((type >= 0 && (int)array->type != type) || array->rank != rank) return false;
    for (int i = 0; i < rank; i++)
        if (shape[i] >= 0 && shape[i] != array->shape[i]) return false;
    return true;
}

enum vp_status vp_array_check(const struct vp_array *array, const char *path, const char *name, int type, int rank,
                              const int64_t *shape, struct vp_error *err) {
    if (vp_array_is(array, type, rank, shape)) return VP_OK;
    char found[256], expected[256];
    return vp_fail(err, VP_ERR_FORMAT, "%s: %s: expected %s, found %s", path, name,
                   text(type < 0 ? "any type" : types[type].name, rank, shape, expected), vp_array_text(array, found));
}

void vp_array_to_f32(const struct vp_array *array, float *out) {
    int64_t count = vp_array_count(array);
    const void *data = array->data;
    if (count == 0) return;
#define CONVERT(type, expression)                                                                                      \
    for (int64_t i = 0; i < count; i++) {                                                                              \
        type v = ((const type *)data)[i];                                                                              \
        out[i] = (float)(expression);                                                                                  \
    }                                                                                                                  \
    break
    switch (array->type) {
    case VP_ARRAY_F32:
        memcpy(out, data, (size_t)count * sizeof *out);
        break;
    case VP_ARRAY_F64:
        CONVERT(double, v);
    case VP_ARRAY_F16:
        CONVERT(uint16_t, vp_half_to_float(v));
    case VP_ARRAY_BF16:
        for (int64_t i = 0; i < count; i++) {
            uint32_t bits = (uint32_t)((const uint16_t *)data)[i] << 16;
            memcpy(&out[i], &bits, sizeof bits);
        }
        break;
    case VP_ARRAY_I64:
        CONVERT(int64_t, v);
    case VP_ARRAY_I32:
        CONVERT(int32_t, v);
    case VP_ARRAY_I16:
        CONVERT(int16_t, v);
    case VP_ARRAY_I8:
        CONVERT(int8_t, v);
    case VP_ARRAY_U64:
        CONVERT(uint64_t, v);
    case VP_ARRAY_U32:
        CONVERT(uint32_t, v);
    case VP_ARRAY_U16:
        CONVERT(uint16_t, v);
    case VP_ARRAY_U8:
        CONVERT(uint8_t, v);
    case VP_ARRAY_BOOL:
        CONVERT(uint8_t, v != 0);
    case VP_ARRAY_TYPES:
        vp_assert(0, "array type %d", (int)array->type);
    }
#undef CONVERT
}
