/* The 36 products of Winograd's form where values are handed across lanes: subgroups of eight
 * (shaders/conv2d/winograd_product.comp) or of four (winograd_quads.comp). */
#ifndef VKPCL_OPS_WINOGRAD_PRODUCT_H
#define VKPCL_OPS_WINOGRAD_PRODUCT_H
#include "vkpcl/tape.h"

/* Are there such kernels? Without them products are vp_emit_gemm's. */
bool vp_winograd_lanes(const struct vp_tape *tape);
/* Are they those of four lanes? Their operands are texel buffers that may be short: */
bool vp_winograd_quads(const struct vp_tape *tape);
/* bytes that transformed tiles may have so that an element of theirs fits one. */
int64_t vp_winograd_texel_scratch(const struct vp_tape *tape, int64_t most_bytes);

/* m = v u, or with `gradient` m (+)= u^T v, for all elements; layouts in the shaders. */
struct vp_winograd_product {
    bool gradient, accumulate;
    int64_t depth;          /* what is summed over: channels c; gradient: tiles */
    int64_t blocks;         /* of 32 tiles; gradient: of 32 channels c */
    int64_t k_blocks, c, k; /* k_blocks: of 32 channels k */
    struct vp_slot *v, *u, *m;
    double flops;
    const char *label;
};
void vp_emit_winograd_product(struct vp_tape *tape, const struct vp_winograd_product *product);

#endif
