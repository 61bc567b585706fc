/* Winograd's form for subgroups of four lanes (shaders/conv2d/winograd_quads.comp): layouts as across eight lanes, but
 * texel buffers may be short, so the transforms read fours of buffers, and the products take turns. */
#ifndef VKPCL_OPS_WINOGRAD_QUADS_H
#define VKPCL_OPS_WINOGRAD_QUADS_H
#include "vkpcl/tape.h"

bool vp_winograd_quads(const struct vp_tape *tape);
/* Does a texel buffer hold one element of `tiles` tiles (a multiple of 32), and of the filter? */
bool vp_winograd_quads_fit(const struct vp_tape *tape, int64_t tiles, int64_t c, int64_t k);
/* Bytes that all transformed tiles may have so that it does; at most `most_bytes`. */
int64_t vp_winograd_quads_scratch(const struct vp_tape *tape, int64_t most_bytes);

/* m[element] = v[element] u[element] for all elements. */
struct vp_winograd_quads_product {
    int64_t tiles, c, k;
    struct vp_slot *v, *u, *m;
    double flops;
    const char *label;
};
void vp_emit_winograd_quads(struct vp_tape *tape, const struct vp_winograd_quads_product *product);

#endif
