/* The gradient mask of a fused leaky ReLU. */
#include "ops/leaky.h"

void vp_emit_leaky_backward(struct vp_tape *tape, struct vp_bind y, struct vp_bind dy, int64_t rows,
                            int64_t row_elements, float slope) {
    uint64_t row_bytes = 4 * (uint64_t)row_elements;
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += n) {
        struct {
            uint32_t count;
            float slope;
        } push = {(uint32_t)(n * row_elements), slope};
        struct vp_launch launch = {
            .kernel = "leaky_bwd",
            .bind = {vp_bind_rows(y, row_bytes, first, n), vp_bind_rows(dy, row_bytes, first, n)},
            VP_PUSH(push),
            .flops = push.count,
            .bytes = 12.0 * push.count,
            .label = "leaky bwd"};
        vp_groups_flat(push.count, 64 * 4, launch.groups);
        vp_emit(tape, &launch);
    }
}
