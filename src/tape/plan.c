/* Planning: every slot gets a place from its first and last use.
 *
 * Greedy by size (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020): the largest
 * slot first, each at the lowest offset that is free during its life, in the first bin where it fits. Bins are separate
 * allocations, none larger than the device allows. Pinned slots live through the whole run, in bins of their own.
 */
#include "tape/tape_internal.h"
#include <stdlib.h>

static uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/* Bytes a slot takes in its bin: aligned, with a guard behind it when tests ask for one. */
static uint64_t footprint(const struct vp_tape *tape, const struct vp_slot *slot) {
    return align_up(slot->bytes, tape->caps.binding_alignment) + (tape->guarded ? VP_GUARD_BYTES : 0);
}

static bool lives_overlap(const struct vp_slot *a, const struct vp_slot *b) {
    return a->first <= b->last && b->first <= a->last;
}

static int by_size(const void *a, const void *b) {
    const struct vp_slot *x = *(struct vp_slot *const *)a, *y = *(struct vp_slot *const *)b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x->first != y->first ? (x->first > y->first) - (x->first < y->first)
                                : (x->last > y->last) - (x->last < y->last);
}

/* The lowest offset in `bin` where `slot` meets no placed slot that is alive at the same time. `placed` is sorted by
 * place, so one walk with a rising candidate finds it. */
static uint64_t lowest_free(const struct vp_tape *tape, struct vp_slot *const *placed, int count, uint32_t bin,
                            const struct vp_slot *slot) {
    uint64_t at = 0, need = footprint(tape, slot);
    for (int i = 0; i < count; i++) {
        const struct vp_slot *other = placed[i];
        if (other->bin != bin || !lives_overlap(other, slot)) continue;
        if (at + need <= other->place) break;
        uint64_t end = other->place + footprint(tape, other);
        if (end > at) at = end;
    }
    return at;
}

static void insert_by_place(struct vp_slot **placed, int count, struct vp_slot *slot) {
    int i = count;
    for (; i > 0 && placed[i - 1]->place > slot->place; i--) placed[i] = placed[i - 1];
    placed[i] = slot;
}

/* Places the slots; returns the number of bins and their sizes. */
static int place_all(const struct vp_tape *tape, struct vp_slot **slots, int count, uint64_t *bin_bytes) {
    struct vp_slot **placed = calloc((size_t)count + 1, sizeof *placed);
    vp_assert(placed, "no host memory to plan %d slots", count);
    int bins = 0;
    qsort(slots, (size_t)count, sizeof *slots, by_size);
    for (int i = 0; i < count; i++) {
        struct vp_slot *slot = slots[i];
        uint64_t need = footprint(tape, slot);
        vp_assert(need <= tape->caps.max_allocation_bytes, "%s needs %llu bytes, one allocation may have %llu",
                  slot->name, (unsigned long long)need, (unsigned long long)tape->caps.max_allocation_bytes);
        for (slot->bin = 0;; slot->bin++) {
            vp_assert(slot->bin < VP_MAX_BINS, "%s does not fit %d allocations", slot->name, VP_MAX_BINS);
            slot->place = lowest_free(tape, placed, i, slot->bin, slot);
            if (slot->place + need <= tape->caps.max_allocation_bytes) break;
        }
        if ((int)slot->bin >= bins) {
            bins = (int)slot->bin + 1;
            bin_bytes[slot->bin] = 0;
        }
        if (slot->place + need > bin_bytes[slot->bin]) bin_bytes[slot->bin] = slot->place + need;
        insert_by_place(placed, i, slot);
    }
    free(placed);
    return bins;
}

void vp_tape_plan(struct vp_tape *tape, struct vp_plan *plan) {
    vp_batches_complete(tape);
    struct vp_slot **transient = calloc((size_t)tape->slot_count * 2 + 1, sizeof *transient);
    vp_assert(transient, "no host memory to plan %d slots", tape->slot_count);
    struct vp_slot **pinned = transient + tape->slot_count;
    int transients = 0, pins = 0;
    for (struct vp_slot *slot = tape->slots; slot; slot = slot->next) {
        if (slot->parent || slot->kind == VP_SLOT_EXTERNAL) continue;
        if (slot->kind == VP_SLOT_PINNED) {
            slot->first = 0;
            slot->last = tape->command_count;
            pinned[pins++] = slot;
        } else if (slot->first >= 0) {
            if (tape->guarded) { /* nobody shares memory, so that every guard stays a guard */
                slot->first = 0;
                slot->last = tape->command_count;
            }
            transient[transients++] = slot;
        }
    }
    struct vp_plan *p = &tape->plan;
    *p = (struct vp_plan){.launches = tape->command_count};
    p->bins = place_all(tape, transient, transients, p->bin_bytes);
    tape->pinned_bins = place_all(tape, pinned, pins, tape->pinned_bin_bytes);
    for (int i = 0; i < p->bins; i++) p->transient_bytes += p->bin_bytes[i];
    for (int i = 0; i < tape->pinned_bins; i++) p->pinned_bytes += tape->pinned_bin_bytes[i];
    for (const struct vp_command *c = tape->commands; c; c = c->next) {
        p->flops += c->dispatch.flops;
        p->bytes += c->dispatch.bytes;
    }
    free(transient);
    tape->planned = true;
    *plan = *p;
}

void vp_tape_print(const struct vp_tape *tape, FILE *out) {
    fprintf(out, "tape %s: %d launches, %.3f GFLOP, transient %.1f MiB, pinned %.1f MiB\n", tape->name,
            tape->command_count, tape->plan.flops * 1e-9, (double)tape->plan.transient_bytes / 1048576.0,
            (double)tape->plan.pinned_bytes / 1048576.0);
    int index = 0;
    for (const struct vp_command *c = tape->commands; c; c = c->next, index++) {
        fprintf(out, "%5d | %-44s |", index, c->dispatch.label);
        for (int i = 0; i < c->dispatch.binding_count; i++) fprintf(out, " %s", c->bind[i].slot->name);
        fputc('\n', out);
    }
    for (const struct vp_slot *slot = tape->slots; slot; slot = slot->next)
        if (!slot->parent && slot->kind != VP_SLOT_EXTERNAL)
            fprintf(out, "slot %-36s | %10llu bytes | bin %u + %10llu | launches %d to %d\n", slot->name,
                    (unsigned long long)slot->bytes, slot->bin, (unsigned long long)slot->place, slot->first,
                    slot->last);
}
