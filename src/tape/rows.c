/* Rows of a tensor on their own: views where a binding may start there, else copies. */
#include "tape/tape_internal.h"

void vp_tape_copy(struct vp_tape *tape, struct vp_slot *from, int64_t from_first, struct vp_slot *to, int64_t to_first,
                  int64_t count) {
    struct {
        uint32_t count, from_first, to_first;
    } push = {(uint32_t)count, (uint32_t)from_first, (uint32_t)to_first};
    struct vp_launch launch = {.kernel = "copy_elements",
                               .bind = {vp_bind_slot(from), vp_bind_slot(to)},
                               VP_PUSH(push),
                               .bytes = 8.0 * push.count,
                               .label = "copy rows"};
    vp_groups_flat(push.count, 64, launch.groups);
    vp_emit(tape, &launch);
}

struct vp_tensor *vp_tape_part(struct vp_tape *tape, struct vp_tensor *x, int64_t first_row, int64_t rows) {
    struct vp_tensor *part = vp_arena_new(vp_tape_arena(tape), struct vp_tensor);
    *part = *x;
    part->name = vp_arena_printf(vp_tape_arena(tape), "%s[%lld:%lld]", x->name, (long long)first_row,
                                 (long long)(first_row + rows));
    part->shape.dim[0] = rows;
    part->storage = vp_arena_new(vp_tape_arena(tape), struct vp_storage);
    part->storage->value = vp_slot_create(
        tape, part->name, (uint64_t)vp_shape_count(part->shape) * vp_dtype_bytes(x->dtype), VP_SLOT_TRANSIENT);
    return part;
}

/* Element of x at which a row starts. */
static int64_t element_of(const struct vp_tensor *x, int64_t row) {
    return row * (vp_shape_count(x->shape) / x->shape.dim[0]);
}

static bool may_start(const struct vp_tape *tape, int64_t element) {
    return 4 * (uint64_t)element % tape->caps.binding_alignment == 0;
}

struct vp_tensor *vp_rows(struct vp_tape *tape, struct vp_tensor *x, int64_t first, int64_t count) {
    vp_assert(!x->needs_grad && vp_dtype_bytes(x->dtype) == 4 && first >= 0 && first + count <= x->shape.dim[0],
              "rows %lld to %lld of %s", (long long)first, (long long)(first + count), x->name);
    struct vp_tensor *part = vp_tape_part(tape, x, first, count);
    struct vp_slot *slot = part->storage->value;
    int64_t element = element_of(x, first);
    if (may_start(tape, element)) {
        slot->parent = x->storage->value;
        slot->offset = 4 * (uint64_t)element;
    } else {
        vp_tape_copy(tape, x->storage->value, element, slot, 0, vp_shape_count(part->shape));
    }
    return part;
}

/* ---- placing --------------------------------------------------------------------------------------------------- */

/* The part's memory becomes a part of the whole's, with the launches that have used it so far. */
static void adopt(struct vp_slot *part, struct vp_slot *whole, uint64_t offset) {
    uint64_t ignored;
    struct vp_slot *root = vp_slot_root(whole, &ignored);
    part->parent = whole;
    part->offset = offset;
    if (root->first < 0 || (part->first >= 0 && part->first < root->first)) root->first = part->first;
    if (part->last > root->last) root->last = part->last;
}

static void place_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_tensor *part = node->in[0], *whole = node->out[0];
    if (!part->needs_grad) return;
    vp_assert(!part->storage->grad_written, "%s is used beside its place in %s", part->name, whole->name);
    int64_t element = *(const int64_t *)node->attributes;
    struct vp_slot *from = vp_storage_grad(tape, whole), *to = vp_storage_grad(tape, part);
    if (may_start(tape, element))
        adopt(to, from, 4 * (uint64_t)element);
    else
        vp_tape_copy(tape, from, element, to, 0, vp_shape_count(part->shape));
    part->storage->grad_written = true;
}

void vp_place_rows(struct vp_tape *tape, struct vp_tensor *part, struct vp_tensor *whole, int64_t first) {
    struct vp_slot *slot = part->storage->value;
    int64_t *element = vp_arena_new(tape->arena, int64_t), count = vp_shape_count(part->shape);
    *element = element_of(whole, first);
    vp_assert(part->dtype == VP_F32 && whole->dtype == VP_F32 && *element + count <= vp_shape_count(whole->shape),
              "%s does not fit into %s at row %lld", part->name, whole->name, (long long)first);
    if (may_start(tape, *element) && slot->kind == VP_SLOT_TRANSIENT && !slot->parent)
        adopt(slot, whole->storage->value, 4 * (uint64_t)*element);
    else
        vp_tape_copy(tape, slot, 0, whole->storage->value, *element, count);
    struct vp_node *node = vp_tape_push(tape, "place rows", place_backward);
    node->in[0] = part;
    node->out[0] = whole;
    node->attributes = element;
}
