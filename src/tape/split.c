/* Rows of a tensor as tensors of their own; their gradients together are its gradient.
 *
 * Where every part starts at an offset that a binding may have, parts are views and cost nothing. Else they are copies,
 * in both directions.
 */
#include "tape/tape_internal.h"

struct split {
    bool copied;
    int64_t first[VP_NODE_TENSORS]; /* element of x where a part starts */
};

static void emit_zero(struct vp_tape *tape, struct vp_tensor *part) {
    uint32_t count = (uint32_t)vp_shape_count(part->shape);
    struct vp_launch launch = {.kernel = "zero_fill",
                               .bind = {vp_bind_slot(vp_storage_grad(tape, part))},
                               VP_PUSH(count),
                               .bytes = 4.0 * count,
                               .label = "zero fill"};
    vp_groups_flat(count, 64, launch.groups);
    vp_emit(tape, &launch);
    part->storage->grad_written = true;
}

/* A part nobody used has a zero gradient; with all parts written, so is the whole. */
static void split_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct split *split = node->attributes;
    for (int i = 0; i < VP_NODE_TENSORS && node->out[i]; i++) {
        struct vp_tensor *part = node->out[i];
        if (!part->storage->grad_written) emit_zero(tape, part);
        if (split->copied)
            vp_tape_copy(tape, vp_storage_grad(tape, part), 0, vp_storage_grad(tape, node->in[0]), split->first[i],
                         vp_shape_count(part->shape));
    }
    node->in[0]->storage->grad_written = true;
}

void vp_split_rows(struct vp_tape *tape, struct vp_tensor *x, int count, const int64_t *rows, struct vp_tensor **out) {
    vp_assert(count <= VP_NODE_TENSORS, "%s split into %d parts", x->name, count);
    vp_assert(x->dtype == VP_F32, "%s is not float", x->name);
    struct split *split = vp_arena_new(tape->arena, struct split);
    int64_t row_elements = vp_shape_count(x->shape) / x->shape.dim[0], first = 0;
    struct vp_node *node = vp_tape_push(tape, "split", split_backward);
    node->in[0] = x;
    node->attributes = split;
    for (int i = 0; i < count; i++) {
        split->first[i] = first * row_elements;
        split->copied |= 4 * (uint64_t)split->first[i] % tape->caps.binding_alignment != 0;
        node->out[i] = out[i] = vp_tape_part(tape, x, first, rows[i]);
        first += rows[i];
    }
    vp_assert(first == x->shape.dim[0], "%s has %lld rows, its parts %lld", x->name, (long long)x->shape.dim[0],
              (long long)first);
    for (int i = 0; i < count; i++) {
        struct vp_storage *storage = out[i]->storage;
        if (split->copied) {
            vp_tape_copy(tape, x->storage->value, split->first[i], storage->value, 0, vp_shape_count(out[i]->shape));
            continue;
        }
        storage->parent = x->storage;
        storage->parent_offset = storage->value->offset = 4 * (uint64_t)split->first[i];
        storage->value->parent = x->storage->value;
    }
    x->storage->was_split = true;
}
