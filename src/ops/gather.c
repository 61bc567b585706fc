#include "vkpcl/ops/gather.h"
#include "gather/gather_args.h"
#include "vkpcl/status.h"

struct vp_tensor *vp_gather(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *index) {
    int64_t rows = x->shape.dim[0], c = vp_shape_count(x->shape) / rows, n = vp_shape_count(index->shape);
    vp_assert(index->dtype == VP_U32 && x->dtype != VP_U8, "%s must hold words, %s numbers of rows", x->name,
              index->name);
    vp_assert(!x->needs_grad, "%s would need a gradient, which gather does not give", x->name);
    struct vp_tensor *y = vp_tape_output(tape, "gather", vp_shape2(n, c), false);
    bool vec4 = c % 4 == 0;
    struct gather_args args = {.count = (uint32_t)n, .items = (uint32_t)(vec4 ? c / 4 : c)};
    uint64_t row_bytes = 4 * (uint64_t)c;
    for (int64_t first = 0, piece; (piece = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += piece) {
        args.first_row = (uint32_t)first;
        args.rows = (uint32_t)piece;
        struct vp_launch launch = {
            .kernel = vec4 ? "gather.v4" : "gather",
            .bind = {vp_bind_rows(vp_value(x), row_bytes, first, piece), vp_value(index), vp_value(y)},
            VP_PUSH(args),
            .bytes = 2.0 * (double)n * (double)row_bytes,
            .label = "gather"};
        vp_groups_flat((uint64_t)args.count * args.items, 64, launch.groups);
        vp_emit(tape, &launch);
    }
    return y;
}
