#include "vkpcl/ops/l2_normalize.h"
#include "l2_normalize/l2_normalize_args.h"
#include "vkpcl/status.h"

/* One launch per piece of rows. columns[i]: values in a row of binding i (1 for the lengths). */
static void emit(struct vp_tape *tape, const struct vp_tensor *x, const char *kernel, const struct vp_bind *bind,
                 const int64_t *columns, int bindings, bool accumulate, const char *label) {
    int64_t rows = vp_shape_rows(x->shape), c = vp_shape_columns(x->shape);
    uint64_t row_bytes[] = {(uint64_t)c * sizeof(float), sizeof(float)};
    struct l2_normalize_args args = {.columns = (uint32_t)c, .accumulate = accumulate};
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, row_bytes, 2)) > 0; first += n) {
        args.rows = (uint32_t)n;
        struct vp_launch launch = {.kernel = kernel,
                                   VP_PUSH(args),
                                   .flops = 3.0 * (double)(n * c),
                                   .bytes = (double)(bindings - 1) * (double)n * (double)row_bytes[0],
                                   .label = label};
        for (int i = 0; i < bindings; i++)
            launch.bind[i] = vp_bind_rows(bind[i], (uint64_t)columns[i] * sizeof(float), first, n);
        vp_groups_flat((uint64_t)n, 1, launch.groups);
        vp_emit(tape, &launch);
    }
}

static void l2_normalize_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_tensor *x = node->in[0], *y = node->out[0];
    struct vp_bind dy = vp_grad_in(tape, y);
    if (!dy.slot || !x->needs_grad) return;
    bool accumulate;
    struct vp_bind dx = vp_grad(tape, x, &accumulate);
    int64_t c = vp_shape_columns(x->shape);
    emit(tape, x, "l2_normalize_bwd", (struct vp_bind[]){vp_value(y), vp_bind_slot(node->saved[0]), dy, dx},
         (const int64_t[]){c, 1, c, c}, 4, accumulate, "l2_normalize bwd");
}

struct vp_tensor *vp_l2_normalize(struct vp_tape *tape, struct vp_tensor *x) {
    int64_t c = vp_shape_columns(x->shape);
    struct vp_tensor *y = vp_tape_output(tape, "unit", x->shape, x->needs_grad);
    struct vp_slot *lengths =
        vp_tape_scratch(tape, "l2_normalize.lengths", (uint64_t)vp_shape_rows(x->shape) * sizeof(float));
    emit(tape, x, "l2_normalize_fwd", (struct vp_bind[]){vp_value(x), vp_value(y), vp_bind_slot(lengths)},
         (const int64_t[]){c, c, 1}, 3, false, "l2_normalize fwd");
    struct vp_node *node = vp_tape_push(tape, "l2_normalize", l2_normalize_backward);
    node->in[0] = x;
    node->out[0] = y;
    node->saved[0] = lengths;
    return y;
}
