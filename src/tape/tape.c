/* Building: the tape itself, its tensors, their slots and the nodes. */
#include "tape/tape_internal.h"
#include <string.h>

/* Without a device (memory estimates, unit tests) the tape plans for Vulkan 1.2's guaranteed limits. */
static const struct vp_gpu_caps minimal_caps = {
    .subgroup_size = 1,
    .subgroup_min = 1,
    .subgroup_max = 1,
    .max_invocations = 128,
    .max_group_size = {128, 128, 64},
    .max_groups = {65535, 65535, 65535},
    .shared_bytes = 16384,
    .max_binding_bytes = 128u << 20,
    .max_texel_elements = 65536,
    .max_allocation_bytes = 1u << 30,
    .binding_alignment = 256,
};

struct vp_tape *vp_tape_create(struct vp_gpu *gpu, const char *name) {
    struct vp_arena *arena = vp_arena_create();
    struct vp_tape *tape = vp_arena_new(arena, struct vp_tape);
    tape->gpu = gpu;
    tape->caps = gpu ? *vp_gpu_caps(gpu) : minimal_caps;
    tape->arena = arena;
    tape->name = vp_arena_strdup(arena, name);
    tape->training = true;
    tape->slots_end = &tape->slots;
    tape->commands_end = &tape->commands;
    return tape;
}

void vp_tape_destroy(struct vp_tape *tape) {
    if (!tape) return;
    vp_program_destroy(tape->program);
    for (int i = 0; i < tape->pinned_bins; i++)
        if (tape->pinned[i].block) vp_gpu_free(tape->gpu, tape->pinned[i]);
    vp_arena_destroy(tape->arena);
}

struct vp_arena *vp_tape_arena(struct vp_tape *tape) {
    return tape->arena;
}
struct vp_gpu *vp_tape_gpu(struct vp_tape *tape) {
    return tape->gpu;
}
const struct vp_gpu_caps *vp_tape_caps(const struct vp_tape *tape) {
    return &tape->caps;
}
bool vp_tape_training(const struct vp_tape *tape) {
    return tape->training;
}
void vp_tape_set_training(struct vp_tape *tape, bool training) {
    tape->training = training;
}

bool vp_tape_half(const struct vp_tape *tape) {
    return tape->half;
}
void vp_tape_set_half(struct vp_tape *tape, bool half) {
    tape->half = half;
}

bool vp_tape_stores_half(const struct vp_tape *tape) {
    return tape->stores_half;
}
void vp_tape_store_half(struct vp_tape *tape, bool half) {
    tape->stores_half = half;
}

bool vp_tape_has_kernel(const struct vp_tape *tape, const char *name) {
    return tape->gpu ? vp_gpu_has_kernel(tape->gpu, name) : vp_kernel_info(name) != NULL;
}

void vp_tape_scope(struct vp_tape *tape, const char *scope) {
    tape->scope = scope ? vp_arena_strdup(tape->arena, scope) : NULL;
}

struct vp_slot *vp_slot_create(struct vp_tape *tape, const char *name, uint64_t bytes, enum vp_slot_kind kind) {
    vp_assert(!tape->planned, "slot %s made after the tape was planned", name);
    vp_assert(bytes > 0, "slot %s is empty", name);
    struct vp_slot *slot = vp_arena_new(tape->arena, struct vp_slot);
    *slot = (struct vp_slot){
        .name = vp_arena_strdup(tape->arena, name), .bytes = bytes, .kind = kind, .first = -1, .last = -1};
    *tape->slots_end = slot;
    tape->slots_end = &slot->next;
    tape->slot_count++;
    return slot;
}

struct vp_slot *vp_slot_root(struct vp_slot *slot, uint64_t *offset) {
    *offset = 0;
    for (; slot->parent; slot = slot->parent) *offset += slot->offset;
    return slot;
}

static struct vp_tensor *tensor_create(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                       enum vp_dtype dtype, bool needs_grad) {
    struct vp_tensor *tensor = vp_arena_new(tape->arena, struct vp_tensor);
    *tensor = (struct vp_tensor){.shape = shape,
                                 .dtype = dtype,
                                 .needs_grad = needs_grad,
                                 .name = vp_arena_strdup(tape->arena, name),
                                 .storage = vp_arena_new(tape->arena, struct vp_storage)};
    return tensor;
}

/* Byte tensors are padded to whole words: kernels read them as uint. */
static uint64_t tensor_bytes(struct vp_shape shape, enum vp_dtype dtype) {
    return ((uint64_t)vp_shape_count(shape) * vp_dtype_bytes(dtype) + 3) / 4 * 4;
}

/* The slot of a tensor's value. */
static struct vp_slot *value_slot(struct vp_tape *tape, struct vp_tensor *tensor, enum vp_slot_kind kind) {
    vp_assert(tensor->dtype != VP_F16 || vp_shape_columns(tensor->shape) % 4 == 0,
              "%s is stored in half, in rows of %lld", tensor->name, (long long)vp_shape_columns(tensor->shape));
    struct vp_slot *slot = vp_slot_create(tape, tensor->name, tensor_bytes(tensor->shape, tensor->dtype), kind);
    slot->half = tensor->dtype == VP_F16;
    return slot;
}

struct vp_tensor *vp_tape_input(struct vp_tape *tape, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                                bool needs_grad) {
    struct vp_tensor *tensor = tensor_create(tape, name, shape, dtype, needs_grad);
    tensor->storage->value = value_slot(tape, tensor, VP_SLOT_PINNED);
    return tensor;
}

struct vp_tensor *vp_tape_external(struct vp_tape *tape, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                                   const struct vp_range *value, const struct vp_range *grad) {
    struct vp_tensor *tensor = tensor_create(tape, name, shape, dtype, grad != NULL);
    tensor->storage->value = vp_slot_create(tape, name, tensor_bytes(shape, dtype), VP_SLOT_EXTERNAL);
    tensor->storage->value->external = value;
    if (grad) {
        const char *grad_name = vp_arena_printf(tape->arena, "d(%s)", name);
        tensor->storage->grad = vp_slot_create(tape, grad_name, tensor_bytes(shape, dtype), VP_SLOT_EXTERNAL);
        tensor->storage->grad->external = grad;
        tensor->storage->grad_external = true;
    }
    return tensor;
}

static struct vp_slot *slot_part(struct vp_tape *tape, const char *name, uint64_t bytes, struct vp_tensor *whole,
                                 int64_t first) {
    struct vp_slot *slot = vp_slot_create(tape, name, bytes, VP_SLOT_EXTERNAL);
    slot->parent = whole->storage->value;
    slot->offset = 4 * (uint64_t)first;
    vp_assert(vp_dtype_bytes(whole->dtype) == 4 && slot->offset + bytes <= slot->parent->bytes,
              "%s is no part of %s: bytes %llu + %llu of %llu", name, whole->name, (unsigned long long)slot->offset,
              (unsigned long long)bytes, (unsigned long long)slot->parent->bytes);
    return slot;
}

struct vp_tensor *vp_tape_external_part(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                        struct vp_tensor *whole, struct vp_tensor *grads, int64_t first) {
    struct vp_tensor *part = tensor_create(tape, name, shape, whole->dtype, grads != NULL);
    uint64_t bytes = tensor_bytes(shape, whole->dtype);
    part->storage->value = slot_part(tape, name, bytes, whole, first);
    if (!grads) return part;
    part->storage->grad = slot_part(tape, vp_arena_printf(tape->arena, "d(%s)", name), bytes, grads, first);
    part->storage->grad_external = true;
    return part;
}

static struct vp_tensor *output(struct vp_tape *tape, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                                bool needs_grad) {
    const char *full = tape->scope ? vp_arena_printf(tape->arena, "%s.%s", tape->scope, name) : name;
    struct vp_tensor *tensor = tensor_create(tape, full, shape, dtype, needs_grad && tape->training);
    tensor->storage->value = value_slot(tape, tensor, VP_SLOT_TRANSIENT);
    return tensor;
}

struct vp_tensor *vp_tape_output(struct vp_tape *tape, const char *name, struct vp_shape shape, bool needs_grad) {
    return output(tape, name, shape, VP_F32, needs_grad);
}

struct vp_tensor *vp_tape_activation(struct vp_tape *tape, const char *name, struct vp_shape shape, bool needs_grad) {
    bool half = tape->stores_half && vp_shape_columns(shape) % 4 == 0;
    return output(tape, name, shape, half ? VP_F16 : VP_F32, needs_grad);
}

struct vp_tensor *vp_tape_output_like(struct vp_tape *tape, const char *name, struct vp_shape shape, bool needs_grad,
                                      const struct vp_tensor *x) {
    return output(tape, name, shape, x->dtype, needs_grad);
}

struct vp_slot *vp_tape_scratch(struct vp_tape *tape, const char *name, uint64_t bytes) {
    return vp_slot_create(tape, name, bytes, VP_SLOT_TRANSIENT);
}

struct vp_node *vp_tape_push(struct vp_tape *tape, const char *op, vp_backward *backward) {
    struct vp_node *node = vp_arena_new(tape->arena, struct vp_node);
    node->op = op;
    node->backward = backward;
    node->scope = tape->scope;
    node->previous = tape->last_node;
    tape->last_node = node;
    return node;
}

static void pin(struct vp_slot *slot) {
    uint64_t offset;
    slot = vp_slot_root(slot, &offset);
    if (slot->kind == VP_SLOT_TRANSIENT) slot->kind = VP_SLOT_PINNED;
}

void vp_tape_keep(struct vp_tape *tape, struct vp_tensor *tensor) {
    vp_assert(!tape->planned, "%s kept after the tape was planned", tensor->name);
    pin(tensor->storage->value);
}

void vp_tape_keep_grad(struct vp_tape *tape, struct vp_tensor *tensor) {
    pin(vp_storage_grad(tape, tensor));
}

struct vp_tensor *vp_reshape(struct vp_tape *tape, struct vp_tensor *x, struct vp_shape shape) {
    vp_assert(vp_shape_count(shape) == vp_shape_count(x->shape), "reshape of %s: %lld elements into %lld", x->name,
              (long long)vp_shape_count(x->shape), (long long)vp_shape_count(shape));
    struct vp_tensor *y = vp_arena_new(tape->arena, struct vp_tensor);
    *y = *x;
    y->shape = shape;
    return y;
}

bool vp_any_needs_grad(struct vp_tensor *const *tensors, int count) {
    for (int i = 0; i < count; i++)
        if (tensors[i] && tensors[i]->needs_grad) return true;
    return false;
}
