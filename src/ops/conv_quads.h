/* Convolutions on software devices with subgroups of four lanes (shaders/conv2d/conv2d_quads.comp), where texel fetches
 * are the cheap loads, but a texel buffer is short: images and channels take turns. */
#ifndef VKPCL_OPS_CONV_QUADS_H
#define VKPCL_OPS_CONV_QUADS_H
#include "ops/convolution.h"

/* Does the device want such kernels, and have what they need? */
bool vp_quads_wanted(const struct vp_tape *tape, const char *kernel);
/* Bytes that a texel buffer may have. */
uint64_t vp_quads_texel_bytes(const struct vp_tape *tape);
/* May `n` rows of these sizes be cut into pieces of at most `most`, each aligned? */
bool vp_quads_can_cut(const struct vp_tape *tape, int64_t n, const uint64_t *row_bytes, int count, int64_t most);

/* Texels of `pixels` pixels of c channels, and the array itself as such kernels read it: where c is no multiple of
 * four, a copy with zeros behind every pixel. */
static inline uint64_t vp_quads_texels(int64_t pixels, int64_t c) {
    return (uint64_t)(pixels * ((c + 3) / 4));
}
struct vp_bind vp_quads_fours(struct vp_tape *tape, struct vp_bind from, int64_t pixels, int64_t c);

bool vp_conv_quads_fit(const struct vp_tape *tape, const struct vp_convolution *conv);
void vp_emit_conv_quads(struct vp_tape *tape, const struct vp_convolution *conv);

#endif
