#include "npy_header.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const codes[VP_ARRAY_TYPES] = {
    [VP_ARRAY_F32] = "<f4", [VP_ARRAY_F64] = "<f8", [VP_ARRAY_F16] = "<f2", [VP_ARRAY_I64] = "<i8",
    [VP_ARRAY_I32] = "<i4", [VP_ARRAY_I16] = "<i2", [VP_ARRAY_I8] = "|i1",  [VP_ARRAY_U64] = "<u8",
    [VP_ARRAY_U32] = "<u4", [VP_ARRAY_U16] = "<u2", [VP_ARRAY_U8] = "|u1",  [VP_ARRAY_BOOL] = "|b1",
};

/* Where the value of 'key' begins in the dictionary, or NULL. */
static const char *value_of(const char *dictionary, const char *key) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(dictionary, quoted);
    if (!at) return NULL;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at != ':') return NULL;
    at++;
    return at + strspn(at, " ");
}

static enum vp_status parse_type(const char *at, const char *name, struct vp_array *array, struct vp_error *err) {
    if (*at == '[')
        return vp_fail(err, VP_ERR_FORMAT, "%s: a structured array; save its fields as arrays of their own", name);
    char code[16] = "";
    const char *end = *at == '\'' ? strchr(at + 1, '\'') : NULL;
    if (end && end - at - 1 < (ptrdiff_t)sizeof code) memcpy(code, at + 1, (size_t)(end - at - 1));
    for (int type = 0; type < VP_ARRAY_TYPES; type++) {
        if (!codes[type]) continue;
        /* The byte order mark of a one-byte type is free. */
        bool small = codes[type][0] == '|' && code[0] && strcmp(code + 1, codes[type] + 1) == 0;
        if (!small && strcmp(code, codes[type]) != 0) continue;
        array->type = (enum vp_array_type)type;
        return VP_OK;
    }
    if (code[0] == '>')
        return vp_fail(err, VP_ERR_FORMAT, "%s: big-endian data ('%s'); save it as little-endian", name, code);
    return vp_fail(err, VP_ERR_FORMAT,
                   "%s: element type '%s' is not supported (f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8, b1 are)", name, code);
}

static enum vp_status parse_shape(const char *at, const char *name, struct vp_array *array, struct vp_error *err) {
    size_t bytes = vp_array_type_bytes(array->type);
    bool good = *at == '(';
    array->rank = 0;
    for (at += good; good;) {
        at += strspn(at, " ,");
        if (*at == ')') return VP_OK;
        char *end;
        long long size = isdigit((unsigned char)*at) ? strtoll(at, &end, 10) : -1;
        good = size >= 0 && array->rank < VP_ARRAY_MAX_RANK;
        if (!good) break;
        /* Sizes whose product leaves 2^62 bytes are damage, not data. */
        if (size > 0 && bytes > ((size_t)1 << 62) / (size_t)size) good = false;
        bytes *= size > 0 ? (size_t)size : 1;
        array->shape[array->rank++] = size;
        at = end + (*end == 'L'); /* Python 2 */
    }
    return vp_fail(err, VP_ERR_FORMAT, "%s: the header's shape is damaged or has more than %d dimensions", name,
                   VP_ARRAY_MAX_RANK);
}

enum vp_status vp_npy_header_parse(const unsigned char *bytes, size_t count, const char *name, struct vp_array *array,
                                   size_t *data_begin, struct vp_error *err) {
    if (count < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return vp_fail(err, VP_ERR_FORMAT, "%s: this is not a .npy array (its first bytes are not \\x93NUMPY)", name);
    unsigned version = bytes[6];
    if (version < 1 || version > 3)
        return vp_fail(err, VP_ERR_FORMAT, "%s: .npy version %u is not known (1 to 3 are)", name, version);
    size_t begin = version == 1 ? 10 : 12, length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (version > 1 && count >= 12) length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (count < begin || count - begin < length)
        return vp_fail(err, VP_ERR_FORMAT, "%s: truncated inside the header (%zu bytes of %zu)", name, count,
                       begin + length);
    char *dictionary = malloc(length + 1);
    if (!dictionary) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "%s: no memory for a header of %zu bytes", name, length);
    memcpy(dictionary, bytes + begin, length);
    dictionary[length] = '\0';
    const char *type = value_of(dictionary, "descr"), *order = value_of(dictionary, "fortran_order"),
               *shape = value_of(dictionary, "shape");
    enum vp_status status = VP_OK;
    if (!type || !order || !shape)
        status = vp_fail(err, VP_ERR_FORMAT, "%s: the header lacks descr, fortran_order or shape", name);
    if (status == VP_OK) status = parse_type(type, name, array, err);
    if (status == VP_OK) status = parse_shape(shape, name, array, err);
    if (status == VP_OK && strncmp(order, "True", 4) == 0 && array->rank > 1)
        status = vp_fail(err, VP_ERR_FORMAT,
                         "%s: the array is in Fortran order; save numpy.ascontiguousarray(array) instead", name);
    free(dictionary);
    if (status != VP_OK) return status;
    *data_begin = begin + length;
    size_t need = vp_array_bytes(array), have = count - *data_begin;
    char text[256];
    if (have < need)
        return vp_fail(err, VP_ERR_FORMAT, "%s: truncated: %s needs %zu bytes of data, %zu are there", name,
                       vp_array_text(array, text), need, have);
    return VP_OK;
}

size_t vp_npy_header_print(const struct vp_array *array, char header[VP_NPY_MAX_HEADER]) {
    vp_assert(codes[array->type], "numpy has no %s", vp_array_type_name(array->type));
    char dictionary[VP_NPY_MAX_HEADER - 80];
    int used = snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                        codes[array->type]);
    for (int i = 0; i < array->rank; i++)
        used += snprintf(dictionary + used, sizeof dictionary - (size_t)used, "%lld,%s", (long long)array->shape[i],
                         i + 1 < array->rank ? " " : "");
    /* numpy prints (3,) but (3, 4) */
    if (array->rank > 1) used--;
    used += snprintf(dictionary + used, sizeof dictionary - (size_t)used, "), }");
    size_t total = (10 + (size_t)used + 1 + 63) / 64 * 64, length = total - 10;
    memset(header, ' ', total);
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)(length & 255), header[9] = (char)(length >> 8);
    memcpy(header + 10, dictionary, (size_t)used);
    header[total - 1] = '\n';
    return total;
}
