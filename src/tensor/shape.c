/* Shapes: counting, comparing, printing. */
#include "vkpcl/status.h"
#include "vkpcl/tensor.h"
#include <inttypes.h>
#include <stdio.h>

int64_t vp_shape_count(struct vp_shape shape) {
    int64_t count = 1;
    for (int i = 0; i < shape.rank; i++) count *= shape.dim[i];
    return count;
}

int64_t vp_shape_columns(struct vp_shape shape) {
    vp_assert(shape.rank >= 1 && shape.rank <= VP_MAX_RANK, "rank %d", shape.rank);
    return shape.dim[shape.rank - 1];
}

int64_t vp_shape_rows(struct vp_shape shape) {
    int64_t rows = 1;
    for (int i = 0; i + 1 < shape.rank; i++) rows *= shape.dim[i];
    return rows;
}

bool vp_shape_equal(struct vp_shape a, struct vp_shape b) {
    if (a.rank != b.rank) return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dim[i] != b.dim[i]) return false;
    return true;
}

const char *vp_shape_text(struct vp_shape shape, char buffer[96]) {
    int at = snprintf(buffer, 96, "(");
    for (int i = 0; i < shape.rank; i++)
        at += snprintf(buffer + at, (size_t)(96 - at), "%s%" PRId64, i ? ", " : "", shape.dim[i]);
    snprintf(buffer + at, (size_t)(96 - at), ")");
    return buffer;
}

uint64_t vp_dtype_bytes(enum vp_dtype dtype) {
    static const uint64_t bytes[] = {[VP_F32] = 4, [VP_U32] = 4, [VP_U8] = 1, [VP_F16] = 2};
    return bytes[dtype];
}
