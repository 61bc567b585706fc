/* One convolution in the roles that kernels know: forward, or backward-data, which is a convolution of dy with the
 * filter turned round and its channels swapped. */
#ifndef VKPCL_OPS_CONVOLUTION_H
#define VKPCL_OPS_CONVOLUTION_H
#include "vkpcl/tape.h"

/* y[n,i,j,k] (+)= act(b[k] + sum_{r,s,c} x[n, i*stride + r - pad_h, j*stride + s - pad_w, c] * w(k,r,s,c)) with
 * w(k,r,s,c) = filter[base + k*k_stride + c*c_stride + r*r_stride + s*s_stride], strides in floats. */
struct vp_convolution {
    int64_t n, h, w, c, k, r, s, p, q; /* r or s may be 0: the sum is empty */
    int stride;
    int64_t pad_h, pad_w; /* may be negative */
    /* Output (i,j) of p x q is pixel (i*y_step + y_row, j*y_step + y_column) of the y_h x y_w pixels of y. */
    int64_t y_h, y_w, y_step, y_row, y_column;
    int64_t base, k_stride, c_stride, r_stride, s_stride;
    int64_t filter_stride; /* not 0: every image has its own filter, this many floats behind the one before */
    bool accumulate;
    float slope;                       /* of the leaky ReLU; 1: none */
    struct vp_bind x, filter, bias, y; /* bias.slot may be NULL */
    double flops;
    const char *label;
};
/* Extents as push constants have them, of this or of a struct vp_filter_lanes; and where inputs and outputs lie. */
#define VP_CONVOLUTION_EXTENTS(z)                                                                                      \
    .h = (int32_t)(z)->h, .w = (int32_t)(z)->w, .c = (int32_t)(z)->c, .k = (int32_t)(z)->k, .r = (int32_t)(z)->r,      \
    .s = (int32_t)(z)->s, .p = (int32_t)(z)->p, .q = (int32_t)(z)->q, .stride = (z)->stride
#define VP_CONVOLUTION_PLACES(z)                                                                                       \
    .pad_h = (int32_t)(z)->pad_h, .pad_w = (int32_t)(z)->pad_w, .y_h = (int32_t)(z)->y_h, .y_w = (int32_t)(z)->y_w,    \
    .y_step = (int32_t)(z)->y_step, .y_row = (int32_t)(z)->y_row, .y_column = (int32_t)(z)->y_column
/* Bytes of an image: of x, of y. */
static inline uint64_t vp_convolution_x_bytes(const struct vp_convolution *z) {
    return vp_bind_element(z->x) * (uint64_t)(z->h * z->w * z->c);
}
static inline uint64_t vp_convolution_y_bytes(const struct vp_convolution *z) {
    return vp_bind_element(z->y) * (uint64_t)(z->y_h * z->y_w * z->k);
}

#endif
