#include "vkpcl/ops/softmax.h"
#include "ops/elements.h"
#include "softmax/softmax_args.h"
#include "vkpcl/status.h"

enum { GROUP = 64 }; /* local size of the shaders */

static struct vp_softmax_shape shape_of(const struct vp_tensor *x, const struct vp_softmax_desc *desc) {
    int64_t columns = vp_shape_columns(x->shape), count = vp_shape_count(x->shape);
    if (desc->axis == VP_SOFTMAX_COLUMNS) return (struct vp_softmax_shape){count / columns, columns, 1};
    return (struct vp_softmax_shape){x->shape.dim[0], count / columns / x->shape.dim[0], columns};
}

/* One launch per piece of the outer dimension. bind: arrays of the same shape in the kernel's order. */
static void emit(struct vp_tape *tape, const struct vp_softmax_shape *s, const char *kernel, const struct vp_bind *bind,
                 int bindings, bool accumulate, const char *label) {
    /* Four columns to an invocation save a processor loads; a GPU would rather have four times the invocations. */
    bool horizontal = s->inner == 1 && s->length % 4 == 0;
    bool vec4 = horizontal || (s->inner % 4 == 0 && vp_tape_caps(tape)->is_cpu);
    uint64_t row_bytes = (uint64_t)(s->length * s->inner) * sizeof(float);
    struct softmax_args args = {.length = (uint32_t)(horizontal ? s->length / 4 : s->length),
                                .inner = (uint32_t)(vec4 && !horizontal ? s->inner / 4 : s->inner),
                                .accumulate = accumulate};
    for (int64_t first = 0, n; (n = vp_piece(tape, s->outer, first, &row_bytes, 1)) > 0; first += n) {
        args.outer = (uint32_t)n;
        struct vp_launch launch = {.kernel = vec4 ? vp_item_kernel(tape, kernel, 4) : kernel,
                                   .spec = {horizontal},
                                   .spec_count = 1,
                                   VP_PUSH(args),
                                   .flops = 8.0 * (double)(n * s->length * s->inner),
                                   .bytes = (double)bindings * (double)n * (double)row_bytes,
                                   .label = label};
        for (int i = 0; i < bindings; i++) launch.bind[i] = vp_bind_rows(bind[i], row_bytes, first, n);
        vp_groups_flat((uint64_t)n * args.inner, GROUP, launch.groups);
        vp_emit(tape, &launch);
    }
}

static void softmax_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_bind dy = vp_grad_in(tape, node->out[0]);
    if (!dy.slot || !node->in[0]->needs_grad) return;
    struct vp_softmax_shape shape = shape_of(node->in[0], node->attributes);
    bool accumulate;
    struct vp_bind dx = vp_grad(tape, node->in[0], &accumulate);
    emit(tape, &shape, "softmax_bwd", (struct vp_bind[]){vp_value(node->out[0]), dy, dx}, 3, accumulate, "softmax bwd");
}

struct vp_tensor *vp_softmax(struct vp_tape *tape, struct vp_tensor *x, const struct vp_softmax_desc *desc) {
    vp_assert(desc->axis == VP_SOFTMAX_COLUMNS || x->shape.rank >= 3, "softmax over the rows of %s, rank %d", x->name,
              x->shape.rank);
    struct vp_softmax_shape shape = shape_of(x, desc);
    struct vp_tensor *y = vp_tape_output(tape, "softmax", x->shape, x->needs_grad);
    emit(tape, &shape, "softmax_fwd", (struct vp_bind[]){vp_value(x), vp_value(y)}, 2, false, "softmax fwd");
    struct vp_node *node = vp_tape_push(tape, "softmax", softmax_backward);
    struct vp_softmax_desc *kept = vp_arena_new(vp_tape_arena(tape), struct vp_softmax_desc);
    *kept = *desc;
    node->in[0] = x;
    node->out[0] = y;
    node->attributes = kept;
    return y;
}
