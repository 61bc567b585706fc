#include "ops/elements.h"
#include "act/act_args.h"
#include "vkpcl/arena.h"
#include "vkpcl/status.h"

const char *vp_item_kernel(struct vp_tape *tape, const char *kernel, int64_t floats) {
    if (vp_item_floats(floats) == 1) return kernel;
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    const char *texel = vp_arena_printf(vp_tape_arena(tape), "%s.texel", kernel);
    if (caps->lanes_beat_shared &&
        caps->max_texel_elements >= caps->max_binding_bytes / (vp_tape_stores_half(tape) ? 8 : 16) &&
        vp_tape_has_kernel(tape, texel))
        return texel;
    return vp_arena_printf(vp_tape_arena(tape), "%s.v4", kernel);
}

void vp_elements_emit(struct vp_tape *tape, const struct vp_launch *launch, int bindings, uint32_t *items,
                      int64_t count, double flops) {
    uint32_t width = vp_item_floats(count);
    const char *kernel = vp_item_kernel(tape, launch->kernel, count);
    uint64_t item_bytes[VP_MAX_BINDINGS], all_bytes = 0;
    for (int i = 0; i < bindings; i++) all_bytes += item_bytes[i] = width * vp_bind_element(launch->bind[i]);
    for (int64_t first = 0, n; (n = vp_piece(tape, count / width, first, item_bytes, bindings)) > 0; first += n) {
        struct vp_launch piece = *launch;
        piece.kernel = kernel;
        for (int i = 0; i < bindings; i++) piece.bind[i] = vp_bind_rows(launch->bind[i], item_bytes[i], first, n);
        *items = (uint32_t)n;
        vp_groups_flat((uint64_t)n, VP_ELEMENTS_GROUP, piece.groups);
        piece.flops = flops * (double)n * width;
        piece.bytes = (double)n * (double)all_bytes;
        vp_emit(tape, &piece);
    }
}

void vp_elements_backward(struct vp_tape *tape, const char *label, enum vp_act_kind kind, float slope, float scale,
                          struct vp_tensor *y, struct vp_tensor *x) {
    if (!x->needs_grad) return;
    struct vp_bind dy = vp_grad_in(tape, y);
    if (!dy.slot) return;
    bool accumulate;
    struct vp_bind dx = vp_grad(tape, x, &accumulate);
    struct act_args args = {.slope = slope, .scale = scale, .accumulate = accumulate};
    /* Without an activation y is not read: dy stands in, so that y need not be kept alive. */
    struct vp_launch launch = {.kernel = "act_bwd",
                               .spec = {(uint32_t)kind},
                               .spec_count = 1,
                               .bind = {kind == VP_ACT_NONE ? dy : vp_value(y), dy, dx},
                               VP_PUSH(args),
                               .label = label};
    vp_elements_emit(tape, &launch, 3, &args.count, vp_shape_count(x->shape), 3);
}
