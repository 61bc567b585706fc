#include "vkpcl/ops/upsample.h"
#include "ops/elements.h"
#include "upsample/upsample_args.h"
#include "vkpcl/status.h"

enum { GROUP = 128 }; /* local size of the shaders */

/* Emits one launch per piece of images. bind: the arrays in the kernel's order; big[i]: array i has the size of y. */
static void emit(struct vp_tape *tape, const struct vp_tensor *x, const struct vp_launch *whole,
                 struct upsample_args *args, const bool *big, int bindings, bool forward) {
    int64_t h = x->shape.dim[1], w = x->shape.dim[2], c = x->shape.dim[3];
    uint32_t width = vp_item_floats(c);
    const char *kernel = vp_item_kernel(tape, whole->kernel, c);
    uint64_t row_bytes[3], all_bytes = 0;
    for (int i = 0; i < bindings; i++) {
        row_bytes[i] = vp_bind_element(whole->bind[i]) * (uint64_t)(h * w * c) * (big[i] ? 4 : 1);
        all_bytes += row_bytes[i];
    }
    args->height = (uint32_t)h;
    args->width = (uint32_t)w;
    args->channels = (uint32_t)c / width;
    for (int64_t first = 0, n; (n = vp_piece(tape, x->shape.dim[0], first, row_bytes, bindings)) > 0; first += n) {
        struct vp_launch piece = *whole;
        piece.kernel = kernel;
        for (int i = 0; i < bindings; i++) piece.bind[i] = vp_bind_rows(whole->bind[i], row_bytes[i], first, n);
        args->images = (uint32_t)n;
        uint64_t places = (uint64_t)n * (uint64_t)(forward ? (h + 1) * (w + 1) : (h + 1) / 2 * ((w + 1) / 2));
        vp_groups_flat(places * args->channels, GROUP, piece.groups);
        piece.flops = (forward ? 32.0 : 16.0) * (double)n * (double)(h * w * c);
        piece.bytes = (double)n * (double)all_bytes;
        vp_emit(tape, &piece);
    }
}

static void upsample_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_tensor *x = node->in[0];
    const float slope = *(const float *)node->attributes;
    struct vp_bind dy = vp_grad_in(tape, node->out[0]);
    if (!dy.slot || !x->needs_grad) return;
    bool accumulate, activation = slope < 1 || slope > 1;
    struct vp_bind dx = vp_grad(tape, x, &accumulate);
    struct upsample_args args = {.slope = slope, .accumulate = accumulate};
    /* Without an activation x is not read: dy stands in, so that x need not be kept alive. */
    struct vp_launch launch = {.kernel = "upsample_bwd",
                               .spec = {activation},
                               .spec_count = 1,
                               .bind = {activation ? vp_value(x) : dy, dy, dx},
                               VP_PUSH(args),
                               .label = "upsample bwd"};
    emit(tape, x, &launch, &args, (const bool[]){!activation, true, false}, 3, false);
}

struct vp_tensor *vp_upsample(struct vp_tape *tape, struct vp_tensor *x, float slope) {
    char text[96];
    vp_assert(x->shape.rank == 4, "%s has shape %s", x->name, vp_shape_text(x->shape, text));
    vp_assert(slope >= 0, "slope %g", (double)slope);
    const int64_t *d = x->shape.dim;
    struct vp_tensor *y = vp_tape_activation(tape, "up", vp_shape4(d[0], 2 * d[1], 2 * d[2], d[3]), x->needs_grad);
    struct upsample_args args = {.slope = slope};
    struct vp_launch launch = {
        .kernel = "upsample_fwd", .bind = {vp_value(x), vp_value(y)}, VP_PUSH(args), .label = "upsample fwd"};
    emit(tape, x, &launch, &args, (const bool[]){false, true}, 2, true);

    struct vp_node *node = vp_tape_push(tape, "upsample", upsample_backward);
    float *kept = vp_arena_new(vp_tape_arena(tape), float);
    *kept = slope;
    node->in[0] = x;
    node->out[0] = y;
    node->attributes = kept;
    return y;
}
