/* Parts of the graph that forget what is inside: built once for the forward pass, once more on the way back. */
#include "tape/tape_internal.h"

struct recompute {
    vp_builder *build;
    const void *context;
    int outs;
};

/* The second forward pass makes the same values in new memory, and its outputs take over the gradients that the first
 * one's outputs have received. */
static void recompute_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct recompute *r = node->attributes;
    struct vp_tensor *again[VP_NODE_TENSORS] = {NULL};
    struct vp_node *mark = vp_tape_mark(tape);
    r->build(tape, r->context, node->in, again);
    for (int i = 0; i < r->outs; i++) {
        struct vp_tensor *out = node->out[i];
        if (!out->needs_grad || !out->storage->grad_written) continue;
        again[i]->storage->grad = vp_storage_grad(tape, out);
        again[i]->storage->grad_written = true;
    }
    vp_tape_backward_since(tape, mark);
}

void vp_recompute(struct vp_tape *tape, vp_builder *build, const void *context, struct vp_tensor *const *in, int ins,
                  struct vp_tensor **out, int outs) {
    vp_assert(ins <= VP_NODE_TENSORS && outs <= VP_NODE_TENSORS, "%d inputs, %d outputs", ins, outs);
    struct vp_node *mark = vp_tape_mark(tape);
    build(tape, context, in, out);
    tape->last_node = mark; /* nothing inside goes back: its values will be gone */
    struct vp_node *node = vp_tape_push(tape, "recompute", recompute_backward);
    struct recompute *kept = vp_arena_new(tape->arena, struct recompute);
    *kept = (struct recompute){build, context, outs};
    node->attributes = kept;
    for (int i = 0; i < ins; i++) node->in[i] = in[i];
    for (int i = 0; i < outs; i++) node->out[i] = out[i];
}
