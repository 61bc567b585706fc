/* Launches of elementwise kernels: arrays of equal length, cut into pieces that a binding can hold. */
#ifndef VP_OPS_ELEMENTS_H
#define VP_OPS_ELEMENTS_H
#include "vkpcl/ops/act.h"
#include "vkpcl/tape.h"

enum { VP_ELEMENTS_GROUP = 128 }; /* local size of the elementwise shaders */

/* The variant of an elementwise kernel (shaders/common/element.glsl) for rows of `floats` floats: "<kernel>.texel" on
 * devices where texel loads are the cheap ones, "<kernel>.v4" elsewhere, "<kernel>" where rows are no multiple of four.
 * vp_item_floats: floats of an item of these variants. */
const char *vp_item_kernel(struct vp_tape *tape, const char *kernel, int64_t floats);
static inline uint32_t vp_item_floats(int64_t floats) {
    return floats % 4 == 0 ? 4 : 1;
}

/* Emits `launch` over `count` floats in the fitting variant of its kernel: its first `bindings` bindings are arrays of
 * that length. *items lies in launch->push and receives the number of items of each piece. flops: per float. Groups,
 * flops and bytes of the launch are filled in here. */
void vp_elements_emit(struct vp_tape *tape, const struct vp_launch *launch, int bindings, uint32_t *items,
                      int64_t count, double flops);

/* dx (+)= scale * dy * act'(x) with act' from y: the backward of every elementwise op (kernel act_bwd). Nothing happens
 * when x needs no gradient or dy was never written. */
void vp_elements_backward(struct vp_tape *tape, const char *label, enum vp_act_kind kind, float slope, float scale,
                          struct vp_tensor *y, struct vp_tensor *x);
#endif
