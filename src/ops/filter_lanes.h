/* Filter gradients on the kernels that hand values across lanes (shaders/conv2d/conv2d_bwd_filter_lanes.comp and
 * _rows), for software devices. A product of two matrices over their rows is the filter gradient of a 1x1 convolution.
 */
#ifndef VKPCL_OPS_FILTER_LANES_H
#define VKPCL_OPS_FILTER_LANES_H
#include "vkpcl/tape.h"

/* dw[k,r,s,c] (+)= sum_{n,p,q} dy[n,p,q,k] * x[n, p*stride + r - pad, q*stride + s - pad, c] */
struct vp_filter_lanes {
    int64_t n, h, w, c, k, r, s, p, q;
    int stride;
    int64_t pad;
    int64_t rows_above; /* of the padding above that x holds already, being a band of an image; 0: none */
    bool per_image;     /* no sum over n: dw (n,k,r,s,c) */
    bool accumulate;
    struct vp_bind dy, x, dw;
    double flops;
    const char *label;
};

/* Bytes of an image: of x, of dy. */
static inline uint64_t vp_filter_lanes_x_bytes(const struct vp_filter_lanes *z) {
    return vp_bind_element(z->x) * (uint64_t)(z->h * z->w * z->c);
}
static inline uint64_t vp_filter_lanes_dy_bytes(const struct vp_filter_lanes *z) {
    return vp_bind_element(z->dy) * (uint64_t)(z->p * z->q * z->k);
}

/* Is there a variant for this shape, usable and faster than what goes through shared memory? Reads sizes only. */
bool vp_filter_lanes_wanted(const struct vp_tape *tape, const struct vp_filter_lanes *filter);
void vp_emit_filter_lanes(struct vp_tape *tape, const struct vp_filter_lanes *filter);

#endif
