/* Arrays in host memory, as files hold them: an element type, a shape, and bytes in row-major (C) order.
 *
 * The common coin of safetensors, npy and npz. Shapes are the world's (NCHW, KCRS); data is little-endian.
 */
#ifndef VKPCL_ARRAY_H
#define VKPCL_ARRAY_H
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vp_array_type {
    VP_ARRAY_F32,
    VP_ARRAY_F64,
    VP_ARRAY_F16,
    VP_ARRAY_BF16, /* safetensors only */
    VP_ARRAY_I64,
    VP_ARRAY_I32,
    VP_ARRAY_I16,
    VP_ARRAY_I8,
    VP_ARRAY_U64,
    VP_ARRAY_U32,
    VP_ARRAY_U16,
    VP_ARRAY_U8,
    VP_ARRAY_BOOL,
    VP_ARRAY_TYPES
};
enum { VP_ARRAY_MAX_RANK = 8 };

struct vp_array {
    enum vp_array_type type;
    int rank; /* 0: a scalar, one element */
    int64_t shape[VP_ARRAY_MAX_RANK];
    void *data; /* aligned for the type; who owns it is said by the function that gives or takes the array */
};

size_t vp_array_type_bytes(enum vp_array_type type);     /* of one element */
const char *vp_array_type_name(enum vp_array_type type); /* "f32", "i64", "bool" */
int64_t vp_array_count(const struct vp_array *array);    /* number of elements */
size_t vp_array_bytes(const struct vp_array *array);     /* count * bytes of the type */
void vp_array_fini(struct vp_array *array);              /* frees data, for arrays whose data the caller owns */
/* "f32 (64, 3, 7, 7)"; returns buffer. */
const char *vp_array_text(const struct vp_array *array, char buffer[256]);
/* Is it of this type (a value of enum vp_array_type, or -1 for any) and shape? -1 in `shape` fits any size. */
bool vp_array_is(const struct vp_array *array, int type, int rank, const int64_t *shape);

/* All elements as float32 into out[count]; every type is taken (64-bit values are rounded, f16 and bf16 are exact). */
void vp_array_to_f32(const struct vp_array *array, float *out);

/* One half-precision number (IEEE binary16) in bits, as float and back (round to nearest even). */
float vp_half_to_float(uint16_t bits);
uint16_t vp_float_to_half(float value);

#endif
