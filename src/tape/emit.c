/* Emitting: launches with slots, and the helpers that name parts of slots. */
#include "tape/tape_internal.h"
#include <string.h>

struct vp_bind vp_value(const struct vp_tensor *x) {
    return (struct vp_bind){.slot = x->storage->value};
}
struct vp_bind vp_bind_slot(struct vp_slot *slot) {
    return (struct vp_bind){.slot = slot};
}

struct vp_bind vp_bind_rows(struct vp_bind bind, uint64_t row_bytes, int64_t first, int64_t count) {
    bind.offset += row_bytes * (uint64_t)first;
    bind.bytes = row_bytes * (uint64_t)count;
    return bind;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Rows between two aligned starts; the steps are powers of two, so the largest serves all tensors. */
static uint64_t aligned_rows(const struct vp_tape *tape, const uint64_t *row_bytes, int count) {
    uint64_t step = 1;
    for (int i = 0; i < count; i++) {
        uint64_t aligned = tape->caps.binding_alignment / gcd(tape->caps.binding_alignment, row_bytes[i]);
        if (aligned > step) step = aligned;
    }
    return step;
}

/* At most `limit` rows from `first` on, aligned where another piece follows. */
static int64_t piece(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count,
                     uint64_t limit) {
    if (first >= rows) return 0;
    uint64_t step = aligned_rows(tape, row_bytes, count);
    for (int i = 0; i < count; i++) {
        uint64_t fit = tape->caps.max_binding_bytes / row_bytes[i];
        if (fit < limit) limit = fit;
    }
    if (limit >= (uint64_t)(rows - first)) return rows - first;
    uint64_t take = limit / step * step;
    vp_assert(take > 0, "%s: %llu rows at a time exceed what the device binds (%llu bytes) or launches at once",
              tape->name, (unsigned long long)step, (unsigned long long)tape->caps.max_binding_bytes);
    return (int64_t)take;
}

int64_t vp_piece(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count) {
    return piece(tape, rows, first, row_bytes, count, (uint64_t)rows);
}

int64_t vp_piece_most(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count,
                      int64_t most) {
    int64_t fits = piece(tape, rows, first, row_bytes, count, (uint64_t)rows);
    if (fits <= most) return fits;
    uint64_t step = aligned_rows(tape, row_bytes, count), take = (uint64_t)most / step * step;
    if (take == 0) take = step;
    return take < (uint64_t)fits ? (int64_t)take : fits;
}

int64_t vp_piece_grid(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count,
                      int64_t items, int64_t per_group) {
    return piece(tape, rows, first, row_bytes, count,
                 (uint64_t)tape->caps.max_groups[0] * (uint64_t)per_group / (uint64_t)items);
}

void vp_groups_flat(uint64_t count, uint32_t per_group, uint32_t groups[3]) {
    uint64_t all = (count + per_group - 1) / per_group;
    groups[0] = all > 65535 ? 65535 : (uint32_t)all;
    groups[1] = vp_div_up(all, groups[0]);
    groups[2] = 1;
}

/* The binding with its size. */
static struct vp_bind complete(const struct vp_tape *tape, struct vp_bind bind) {
    vp_assert(bind.slot, "%s: launch %d binds nothing", tape->name, tape->command_count);
    if (!bind.bytes) bind.bytes = bind.slot->bytes - bind.offset;
    vp_assert(bind.offset + bind.bytes <= bind.slot->bytes, "%s: bytes %llu + %llu of %llu bound", bind.slot->name,
              (unsigned long long)bind.offset, (unsigned long long)bind.bytes, (unsigned long long)bind.slot->bytes);
    return bind;
}

/* Grows a slot's life to this launch; views pass it on to the slot that owns the memory. */
static void touch(struct vp_tape *tape, struct vp_slot *slot) {
    uint64_t offset;
    struct vp_slot *root = vp_slot_root(slot, &offset);
    if (root->first < 0) root->first = tape->command_count;
    root->last = tape->command_count;
}

/* Tells the kernel which of its bindings are halves. Without any, nothing of the launch changes. */
static void mark_halves(struct vp_command *command, const struct vp_kernel_info *info) {
    struct vp_dispatch *dispatch = &command->dispatch;
    for (int i = 0; i < info->binding_count; i++) {
        if (!command->bind[i].slot->half || (!info->reads[i] && !info->writes[i])) continue;
        vp_assert(info->half[i], "%s binds %s, which is stored in half, to %s at %d, which knows only floats",
                  dispatch->label, command->bind[i].slot->name, dispatch->kernel, i);
        int id = VP_SPEC_HALF + i;
        for (int k = dispatch->spec_count; k <= id; k++) dispatch->spec[k] = 0;
        dispatch->spec[id] = 1;
        if (dispatch->spec_count <= id) dispatch->spec_count = id + 1;
    }
}

struct vp_command *vp_command_create(struct vp_tape *tape, const struct vp_launch *launch) {
    const struct vp_kernel_info *info = vp_kernel_info(launch->kernel);
    vp_assert(info, "no kernel %s is embedded", launch->kernel);
    struct vp_command *command = vp_arena_new(tape->arena, struct vp_command);
    struct vp_dispatch *dispatch = &command->dispatch;
    dispatch->kernel = info->name;
    memcpy(dispatch->spec, launch->spec, sizeof dispatch->spec);
    dispatch->spec_count = launch->spec_count;
    dispatch->binding_count = info->binding_count;
    if (launch->push_bytes) {
        void *push = vp_arena_alloc(tape->arena, launch->push_bytes);
        memcpy(push, launch->push, launch->push_bytes);
        dispatch->push = push;
        dispatch->push_bytes = launch->push_bytes;
    }
    for (int i = 0; i < 3; i++) dispatch->groups[i] = launch->groups[i] ? launch->groups[i] : 1;
    dispatch->flops = launch->flops;
    dispatch->bytes = launch->bytes;
    const char *label = launch->label ? launch->label : launch->kernel;
    dispatch->label =
        tape->scope ? vp_arena_printf(tape->arena, "%s %s", label, tape->scope) : vp_arena_strdup(tape->arena, label);
    for (int i = 0; i < info->binding_count; i++) command->bind[i] = complete(tape, launch->bind[i]);
    mark_halves(command, info);
    return command;
}

void vp_command_append(struct vp_tape *tape, struct vp_command *command) {
    vp_assert(!tape->planned, "%s emitted after the tape was planned", command->dispatch.label);
    for (int i = 0; i < command->dispatch.binding_count; i++) touch(tape, command->bind[i].slot);
    *tape->commands_end = command;
    tape->commands_end = &command->next;
    tape->command_count++;
}

void vp_emit(struct vp_tape *tape, const struct vp_launch *launch) {
    struct vp_command *command = vp_command_create(tape, launch);
    for (int i = 0; i < command->dispatch.binding_count; i++) vp_batch_before(tape, command->bind[i]);
    vp_command_append(tape, command);
}
