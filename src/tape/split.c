/* Rows of a tensor as tensors of their own, without a copy; their gradients are parts of its gradient. */
#include "tape/tape_internal.h"

/* A part nobody used has a zero gradient; with all parts written, so is the whole. */
static void split_backward(struct vp_tape *tape, struct vp_node *node) {
    for (int i = 0; i < VP_NODE_TENSORS && node->out[i]; i++) {
        struct vp_tensor *part = node->out[i];
        if (part->storage->grad_written) continue;
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
    node->in[0]->storage->grad_written = true;
}

void vp_split_rows(struct vp_tape *tape, struct vp_tensor *x, int count, const int64_t *rows, struct vp_tensor **out) {
    vp_assert(count <= VP_NODE_TENSORS, "%s split into %d parts", x->name, count);
    int64_t row_elements = vp_shape_count(x->shape) / x->shape.dim[0], first = 0;
    struct vp_node *node = vp_tape_push(tape, "split", split_backward);
    node->in[0] = x;
    for (int i = 0; i < count; i++) {
        struct vp_tensor *part = vp_arena_new(tape->arena, struct vp_tensor);
        *part = *x;
        part->name =
            vp_arena_printf(tape->arena, "%s[%lld:%lld]", x->name, (long long)first, (long long)(first + rows[i]));
        part->shape.dim[0] = rows[i];
        part->storage = vp_arena_new(tape->arena, struct vp_storage);
        part->storage->parent = x->storage;
        part->storage->parent_offset = (uint64_t)(first * row_elements) * vp_dtype_bytes(x->dtype);
        vp_assert(part->storage->parent_offset % tape->caps.binding_alignment == 0,
                  "%s starts at byte %llu, not a multiple of %u", part->name,
                  (unsigned long long)part->storage->parent_offset, tape->caps.binding_alignment);
        part->storage->value = vp_slot_create(
            tape, part->name, (uint64_t)(rows[i] * row_elements) * vp_dtype_bytes(x->dtype), VP_SLOT_TRANSIENT);
        part->storage->value->parent = x->storage->value;
        part->storage->value->offset = part->storage->parent_offset;
        node->out[i] = out[i] = part;
        first += rows[i];
    }
    vp_assert(first == x->shape.dim[0], "%s has %lld rows, its parts %lld", x->name, (long long)x->shape.dim[0],
              (long long)first);
    x->storage->was_split = true;
}
