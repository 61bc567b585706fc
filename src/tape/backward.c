/* The reverse walk, and who writes a gradient first. */
#include "tape/tape_internal.h"

struct vp_slot *vp_storage_grad(struct vp_tape *tape, struct vp_tensor *x) {
    struct vp_storage *storage = x->storage;
    if (storage->grad) return storage->grad;
    const char *name = vp_arena_printf(tape->arena, "d(%s)", x->name);
    storage->grad = vp_slot_create(tape, name, storage->value->bytes, VP_SLOT_TRANSIENT);
    storage->grad->half = storage->value->half;
    if (storage->parent) {
        struct vp_tensor parent = *x;
        parent.storage = storage->parent;
        storage->grad->parent = vp_storage_grad(tape, &parent);
        storage->grad->offset = storage->parent_offset;
    }
    return storage->grad;
}

struct vp_bind vp_grad_in(struct vp_tape *tape, struct vp_tensor *y) {
    if (!y->needs_grad || !y->storage->grad_written) return (struct vp_bind){0};
    return vp_bind_slot(vp_storage_grad(tape, y));
}

struct vp_bind vp_grad(struct vp_tape *tape, struct vp_tensor *x, bool *accumulate) {
    vp_assert(x->needs_grad, "%s needs no gradient", x->name);
    vp_assert(!x->storage->was_split, "%s was split: its gradient is written through its parts", x->name);
    *accumulate = x->storage->grad_written;
    x->storage->grad_written = true;
    return vp_bind_slot(vp_storage_grad(tape, x));
}

bool vp_grad_take(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *y) {
    struct vp_storage *to = x->storage, *from = y->storage;
    struct vp_bind dy = vp_grad_in(tape, y);
    bool own = dy.slot && dy.slot->kind == VP_SLOT_TRANSIENT && !dy.slot->parent && !from->was_split;
    if (!own || !x->needs_grad || to->grad || to->parent || to->was_split || to->value->bytes != from->value->bytes ||
        to->value->half != from->value->half)
        return false;
    to->grad = dy.slot;
    to->grad_written = true;
    return true;
}

void vp_tape_seed(struct vp_tape *tape, struct vp_tensor *loss, const struct vp_range *seed) {
    vp_assert(loss->needs_grad, "%s depends on nothing that needs a gradient", loss->name);
    vp_assert(!loss->storage->grad, "%s is seeded twice", loss->name);
    const char *name = vp_arena_printf(tape->arena, "seed(%s)", loss->name);
    loss->storage->grad = vp_slot_create(tape, name, loss->storage->value->bytes, VP_SLOT_EXTERNAL);
    loss->storage->grad->half = loss->storage->value->half;
    loss->storage->grad->external = seed;
    loss->storage->grad_written = true;
}

struct vp_node *vp_tape_mark(struct vp_tape *tape) {
    return tape->last_node;
}

void vp_tape_backward_since(struct vp_tape *tape, struct vp_node *mark) {
    while (tape->last_node != mark) {
        struct vp_node *node = tape->last_node;
        vp_assert(node, "%s went back past a mark", tape->name);
        tape->last_node = node->previous; /* the walk below may push and walk nodes of its own (recompute.c) */
        bool wanted = false;
        for (int i = 0; i < VP_NODE_TENSORS && node->out[i]; i++)
            wanted |= node->out[i]->needs_grad && node->out[i]->storage->grad_written;
        tape->scope = node->scope;
        if (node->backward && wanted) node->backward(tape, node);
    }
}

void vp_tape_backward(struct vp_tape *tape) {
    vp_tape_backward_since(tape, NULL);
    vp_batch_flush(tape);
}

void vp_tape_forget_launches(struct vp_tape *tape) {
    vp_assert(!tape->planned, "%s is planned already", tape->name);
    tape->commands = NULL;
    tape->commands_end = &tape->commands;
    tape->command_count = 0;
    vp_batches_forget(tape);
    for (struct vp_slot *slot = tape->slots; slot; slot = slot->next) slot->first = slot->last = -1;
}
