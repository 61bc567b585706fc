/* For tests: memory that shows what a kernel read too early or wrote too far. */
#include "tape/tape_internal.h"
#include <string.h>

static const uint32_t poison = 0x7fc0dead; /* a quiet NaN that arithmetic never makes */

void vp_tape_guard(struct vp_tape *tape) {
    vp_assert(!tape->planned, "%s guarded after it was planned", tape->name);
    tape->guarded = true;
}

enum vp_status vp_tape_poison(struct vp_tape *tape, struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < tape->memory.bins; i++)
        status = vp_gpu_fill(tape->gpu, tape->memory.bin[i], poison, err);
    for (int i = 0; status == VP_OK && i < tape->pinned_bins; i++)
        status = vp_gpu_fill(tape->gpu, tape->pinned[i], poison, err);
    return status == VP_OK ? vp_tape_fill_contents(tape, err) : status;
}

static enum vp_status check_guard(struct vp_tape *tape, const struct vp_slot *slot, int *damaged,
                                  struct vp_error *err) {
    uint32_t words[VP_GUARD_BYTES / 4];
    uint64_t alignment = tape->caps.binding_alignment;
    uint64_t behind = (slot->bytes + alignment - 1) / alignment * alignment;
    struct vp_range guard = {slot->range.block, slot->range.offset + behind, VP_GUARD_BYTES};
    enum vp_status status = vp_gpu_download(tape->gpu, guard, words, err);
    if (status != VP_OK) return status;
    for (int i = 0; i < VP_GUARD_BYTES / 4; i++)
        if (words[i] != poison) {
            ++*damaged;
            break;
        }
    return VP_OK;
}

enum vp_status vp_tape_check_guards(struct vp_tape *tape, int *damaged, struct vp_error *err) {
    vp_assert(tape->guarded, "%s has no guards", tape->name);
    *damaged = 0;
    for (const struct vp_slot *slot = tape->slots; slot; slot = slot->next) {
        if (slot->parent || slot->kind == VP_SLOT_EXTERNAL || slot->first < 0) continue;
        enum vp_status status = check_guard(tape, slot, damaged, err);
        if (status != VP_OK) return status;
    }
    return VP_OK;
}

static uint64_t mix(uint64_t hash, const void *data, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) hash = (hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3u;
    return hash;
}

uint64_t vp_tape_signature(const struct vp_tape *tape) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (const struct vp_command *c = tape->commands; c; c = c->next) {
        const struct vp_dispatch *d = &c->dispatch;
        hash = mix(hash, d->kernel, strlen(d->kernel));
        hash = mix(hash, d->spec, sizeof d->spec[0] * (size_t)d->spec_count);
        hash = mix(hash, d->groups, sizeof d->groups);
        if (d->push_bytes) hash = mix(hash, d->push, d->push_bytes);
    }
    return hash;
}
