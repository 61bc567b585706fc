#include "ops/elements.h"
#include "act/act_args.h"
#include "vkpcl/status.h"

void vp_elements_emit(struct vp_tape *tape, const struct vp_launch *launch, const char *kernel_v4, int bindings,
                      uint32_t *items, int64_t count, double flops) {
    uint32_t width = count % 4 == 0 ? 4 : 1;
    uint64_t item_bytes = width * sizeof(float);
    for (int64_t first = 0, n; (n = vp_piece(tape, count / width, first, &item_bytes, 1)) > 0; first += n) {
        struct vp_launch piece = *launch;
        if (width == 4) piece.kernel = kernel_v4;
        for (int i = 0; i < bindings; i++) piece.bind[i] = vp_bind_rows(launch->bind[i], item_bytes, first, n);
        *items = (uint32_t)n;
        vp_groups_flat((uint64_t)n, VP_ELEMENTS_GROUP, piece.groups);
        piece.flops = flops * (double)n * width;
        piece.bytes = (double)bindings * (double)n * (double)item_bytes;
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
    vp_elements_emit(tape, &launch, "act_bwd.v4", 3, &args.count, vp_shape_count(x->shape), 3);
}
