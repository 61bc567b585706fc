/* Launches of elementwise kernels: arrays of equal length, cut into pieces that a binding can hold. */
#ifndef VP_OPS_ELEMENTS_H
#define VP_OPS_ELEMENTS_H
#include "vkpcl/ops/act.h"
#include "vkpcl/tape.h"

enum { VP_ELEMENTS_GROUP = 128 }; /* local size of the elementwise shaders */

/* Emits `launch` over `count` floats: its first `bindings` bindings are arrays of that length. Takes kernel_v4 (vec4
 * items) when the count is a multiple of four, else launch->kernel. *items lies in launch->push and receives the number
 * of items of each piece. flops: per float. Groups, flops and bytes of the launch are filled in here. */
void vp_elements_emit(struct vp_tape *tape, const struct vp_launch *launch, const char *kernel_v4, int bindings,
                      uint32_t *items, int64_t count, double flops);

/* dx (+)= scale * dy * act'(x) with act' from y: the backward of every elementwise op (kernel act_bwd). Nothing happens
 * when x needs no gradient or dy was never written. */
void vp_elements_backward(struct vp_tape *tape, const char *label, enum vp_act_kind kind, float slope, float scale,
                          struct vp_tensor *y, struct vp_tensor *x);
#endif
