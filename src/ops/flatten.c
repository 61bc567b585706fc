#include "vkpcl/ops/flatten.h"
#include "flatten/flatten_args.h"
#include "vkpcl/status.h"

static void emit(struct vp_tape *tape, int64_t images, int64_t rows, int64_t columns, struct vp_bind from,
                 struct vp_bind to, bool accumulate, const char *label) {
    uint64_t row_bytes = (uint64_t)(rows * columns) * sizeof(float);
    struct flatten_args args = {.rows = (uint32_t)rows, .columns = (uint32_t)columns, .accumulate = accumulate};
    for (int64_t first = 0, n; (n = vp_piece(tape, images, first, &row_bytes, 1)) > 0; first += n) {
        args.images = (uint32_t)n;
        struct vp_launch launch = {
            .kernel = "flatten_swap",
            .bind = {vp_bind_rows(from, row_bytes, first, n), vp_bind_rows(to, row_bytes, first, n)},
            VP_PUSH(args),
            .bytes = 2.0 * (double)n * (double)row_bytes,
            .label = label};
        vp_groups_flat((uint64_t)(n * rows * columns), 128, launch.groups);
        vp_emit(tape, &launch);
    }
}

static void flatten_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_bind dy = vp_grad_in(tape, node->out[0]);
    if (!dy.slot || !node->in[0]->needs_grad) return;
    bool accumulate;
    struct vp_bind dx = vp_grad(tape, node->in[0], &accumulate);
    const int64_t *d = node->in[0]->shape.dim;
    emit(tape, d[0], d[1] * d[2], d[3], dy, dx, accumulate, "flatten bwd");
}

struct vp_tensor *vp_flatten(struct vp_tape *tape, struct vp_tensor *x) {
    char text[96];
    vp_assert(x->shape.rank == 4, "%s has shape %s", x->name, vp_shape_text(x->shape, text));
    const int64_t *d = x->shape.dim;
    struct vp_tensor *y = vp_tape_output(tape, "flat", vp_shape2(d[0], d[1] * d[2] * d[3]), x->needs_grad);
    emit(tape, d[0], d[3], d[1] * d[2], vp_value(x), vp_value(y), false, "flatten fwd");
    struct vp_node *node = vp_tape_push(tape, "flatten", flatten_backward);
    node->in[0] = x;
    node->out[0] = y;
    return y;
}
