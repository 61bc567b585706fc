/* Binding slots to memory, recording the program, running it, and moving tensors between host and device. */
#include "tape/tape_internal.h"
#include <stdlib.h>

/* Bin by bin the largest of all plans; returns the number of bins. */
static int merge_bins(const struct vp_plan *plans, int count, uint64_t bytes[VP_MAX_BINS]) {
    int bins = 0;
    for (int b = 0; b < VP_MAX_BINS; b++) bytes[b] = 0;
    for (int i = 0; i < count; i++) {
        if (plans[i].bins > bins) bins = plans[i].bins;
        for (int b = 0; b < plans[i].bins; b++)
            if (plans[i].bin_bytes[b] > bytes[b]) bytes[b] = plans[i].bin_bytes[b];
    }
    return bins;
}

uint64_t vp_tape_memory_bytes(const struct vp_plan *plans, int count) {
    uint64_t bytes[VP_MAX_BINS], sum = 0;
    int bins = merge_bins(plans, count, bytes);
    for (int b = 0; b < bins; b++) sum += bytes[b];
    return sum;
}

enum vp_status vp_tape_memory_init(struct vp_tape_memory *memory, struct vp_gpu *gpu, const struct vp_plan *plans,
                                   int count, struct vp_error *err) {
    uint64_t bytes[VP_MAX_BINS];
    *memory = (struct vp_tape_memory){.gpu = gpu, .bins = merge_bins(plans, count, bytes)};
    for (int b = 0; b < memory->bins; b++) {
        enum vp_status status = vp_gpu_alloc(gpu, bytes[b], "activations", &memory->bin[b], err);
        if (status != VP_OK) {
            vp_tape_memory_fini(memory);
            return status;
        }
    }
    return VP_OK;
}

void vp_tape_memory_fini(struct vp_tape_memory *memory) {
    for (int b = 0; b < memory->bins; b++)
        if (memory->bin[b].block) vp_gpu_free(memory->gpu, memory->bin[b]);
    *memory = (struct vp_tape_memory){0};
}

struct vp_range vp_slot_range(struct vp_slot *slot) {
    uint64_t offset;
    struct vp_slot *root = vp_slot_root(slot, &offset);
    vp_assert(root->range.block, "slot %s has no memory yet", slot->name);
    return (struct vp_range){root->range.block, root->range.offset + offset, slot->bytes};
}

static void resolve_slots(struct vp_tape *tape) {
    for (struct vp_slot *slot = tape->slots; slot; slot = slot->next) {
        if (slot->parent) continue;
        if (slot->kind == VP_SLOT_EXTERNAL) {
            vp_assert(slot->external->bytes >= slot->bytes, "external %s has %llu bytes, %llu needed", slot->name,
                      (unsigned long long)slot->external->bytes, (unsigned long long)slot->bytes);
            slot->range = (struct vp_range){slot->external->block, slot->external->offset, slot->bytes};
        } else if (slot->kind == VP_SLOT_PINNED) {
            slot->range = (struct vp_range){tape->pinned[slot->bin].block, slot->place, slot->bytes};
        } else if (slot->first >= 0) {
            slot->range = (struct vp_range){tape->memory.bin[slot->bin].block, slot->place, slot->bytes};
        }
    }
}

enum vp_status vp_tape_fill_contents(struct vp_tape *tape, struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (const struct vp_slot *slot = tape->slots; slot && status == VP_OK; slot = slot->next)
        if (slot->content && slot->first >= 0) status = vp_gpu_upload(tape->gpu, slot->range, slot->content, err);
    return status;
}

static enum vp_status record(struct vp_tape *tape, struct vp_error *err) {
    struct vp_dispatch *list = calloc((size_t)tape->command_count + 1, sizeof *list);
    vp_assert(list, "no host memory for %d launches", tape->command_count);
    int count = 0;
    for (const struct vp_command *c = tape->commands; c; c = c->next) {
        struct vp_dispatch *dispatch = &list[count++];
        *dispatch = c->dispatch;
        for (int i = 0; i < dispatch->binding_count; i++) {
            struct vp_range range = vp_slot_range(c->bind[i].slot);
            range.offset += c->bind[i].offset;
            range.bytes = c->bind[i].bytes;
            dispatch->bindings[i] = range;
        }
    }
    tape->program = vp_program_create(tape->gpu, tape->name, list, count, err);
    free(list);
    return tape->program ? VP_OK : err->status;
}

enum vp_status vp_tape_bind(struct vp_tape *tape, const struct vp_tape_memory *memory, struct vp_error *err) {
    vp_assert(tape->planned, "%s is bound before it is planned", tape->name);
    vp_assert(tape->plan.bins <= memory->bins, "%s needs %d bins, %d given", tape->name, tape->plan.bins, memory->bins);
    tape->memory = *memory;
    for (int i = 0; i < tape->pinned_bins; i++) {
        enum vp_status status = vp_gpu_alloc(tape->gpu, tape->pinned_bin_bytes[i], tape->name, &tape->pinned[i], err);
        if (status != VP_OK) return status;
    }
    resolve_slots(tape);
    enum vp_status status = vp_tape_fill_contents(tape, err);
    return status == VP_OK ? record(tape, err) : status;
}

enum vp_status vp_tape_run(struct vp_tape *tape, struct vp_error *err) {
    return vp_program_submit(tape->program, err);
}

struct vp_program *vp_tape_program(struct vp_tape *tape) {
    return tape->program;
}
struct vp_range vp_tensor_range(const struct vp_tensor *x) {
    return vp_slot_range(x->storage->value);
}

struct vp_range vp_tensor_grad_range(const struct vp_tensor *x) {
    vp_assert(x->storage->grad, "%s has no gradient", x->name);
    return vp_slot_range(x->storage->grad);
}

enum vp_status vp_tensor_upload(struct vp_tape *tape, const struct vp_tensor *x, const void *data,
                                struct vp_error *err) {
    return vp_gpu_upload(tape->gpu, vp_tensor_range(x), data, err);
}

enum vp_status vp_tensor_download(struct vp_tape *tape, const struct vp_tensor *x, void *data, struct vp_error *err) {
    return vp_gpu_download(tape->gpu, vp_tensor_range(x), data, err);
}

enum vp_status vp_tensor_grad_download(struct vp_tape *tape, const struct vp_tensor *x, void *data,
                                       struct vp_error *err) {
    return vp_gpu_download(tape->gpu, vp_tensor_grad_range(x), data, err);
}
