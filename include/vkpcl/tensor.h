/* Tensors as the tape sees them: a shape over a storage that memory is planned for later.
 *
 * Activations are channels-last, (n, h, w, c); matrices are (rows, columns); vectors (length). Files keep the world's
 * NCHW / KCRS order and are converted at the edge (nn/params).
 */
#ifndef VKPCL_TENSOR_H
#define VKPCL_TENSOR_H
#include <stdbool.h>
#include <stdint.h>

/* VP_F16 is a way to store: whoever reads such elements computes with floats. Its last dimension is a multiple of four.
 */
enum vp_dtype { VP_F32, VP_U32, VP_U8, VP_F16 };
enum { VP_MAX_RANK = 4 };

struct vp_shape {
    int rank;
    int64_t dim[VP_MAX_RANK];
};

static inline struct vp_shape vp_shape1(int64_t a) {
    return (struct vp_shape){1, {a}};
}
static inline struct vp_shape vp_shape2(int64_t a, int64_t b) {
    return (struct vp_shape){2, {a, b}};
}
static inline struct vp_shape vp_shape3(int64_t a, int64_t b, int64_t c) {
    return (struct vp_shape){3, {a, b, c}};
}
static inline struct vp_shape vp_shape4(int64_t n, int64_t h, int64_t w, int64_t c) {
    return (struct vp_shape){4, {n, h, w, c}};
}

int64_t vp_shape_count(struct vp_shape shape);   /* number of elements */
int64_t vp_shape_columns(struct vp_shape shape); /* the last dimension */
int64_t vp_shape_rows(struct vp_shape shape);    /* count / columns */
bool vp_shape_equal(struct vp_shape a, struct vp_shape b);
const char *vp_shape_text(struct vp_shape shape, char buffer[96]); /* "(16, 32, 32, 64)"; returns buffer */
uint64_t vp_dtype_bytes(enum vp_dtype dtype);

struct vp_storage; /* value and gradient; see tape.h */

struct vp_tensor {
    struct vp_shape shape;
    enum vp_dtype dtype;
    bool needs_grad;
    const char *name;           /* for messages and labels */
    struct vp_storage *storage; /* shared by reshapes of the same data */
};

#endif
