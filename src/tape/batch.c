/* Batches: jobs of one kernel that need not wait for each other, collected while the tape is built and launched
 * together over a table of rows (shaders/common/batch.glsl).
 *
 * An early batch stands where its first job was asked for: its jobs read constant memory. The late one stands where one
 * of its results is wanted, at the latest behind the backward pass: its jobs write external memory.
 */
#include "tape/tape_internal.h"
#include <string.h>

enum { GROUP = 64, HEAD = 3 }; /* local size of the kernels; words in front of a row's own */
/* Larger jobs gain nothing by company, and their memory would live longer than it must. */
static const uint64_t most_early = 256 << 10, most_late = 512 << 10, most_waiting = 4 << 20;

struct row {
    struct vp_batch_job job;
    uint64_t from, to; /* bytes in the common slots */
    struct row *next;
};

struct vp_batch {
    const char *kernel;
    struct vp_slot *from, *to; /* common slots: one is the pool, which grows, the other external */
    uint64_t pooled;           /* bytes of the pool in use */
    struct row *rows, **rows_end;
    uint32_t words, groups;     /* of all rows */
    struct vp_command *command; /* early: its launch, completed when the tape is planned */
    struct vp_batch *next;
};

static struct vp_batch *batch_create(struct vp_tape *tape, const char *kernel) {
    struct vp_batch *batch = vp_arena_new(tape->arena, struct vp_batch);
    batch->kernel = kernel;
    batch->rows_end = &batch->rows;
    return batch;
}

/* Where the next part of the pool begins. */
static uint64_t pool_end(const struct vp_tape *tape, const struct vp_batch *batch) {
    uint64_t alignment = tape->caps.binding_alignment;
    return (batch->pooled + alignment - 1) / alignment * alignment;
}

/* A part of the pool that may be bound on its own. */
static struct vp_slot *pool_part(struct vp_tape *tape, struct vp_batch *batch, struct vp_slot **pool, uint64_t bytes,
                                 const char *name) {
    uint64_t offset = pool_end(tape, batch);
    if (!*pool) *pool = vp_slot_create(tape, name, bytes, VP_SLOT_TRANSIENT);
    struct vp_slot *part = vp_slot_create(tape, name, bytes, VP_SLOT_TRANSIENT);
    part->parent = *pool;
    part->offset = offset;
    (*pool)->bytes = batch->pooled = offset + bytes;
    return part;
}

static void add_row(struct vp_tape *tape, struct vp_batch *batch, const struct vp_batch_job *job, uint64_t from,
                    uint64_t to) {
    struct row *row = vp_arena_new(tape->arena, struct row);
    uint32_t *words = vp_arena_array(tape->arena, uint32_t, job->word_count);
    memcpy(words, job->words, sizeof *words * (size_t)job->word_count);
    *row = (struct row){.job = *job, .from = from, .to = to};
    row->job.words = words;
    *batch->rows_end = row;
    batch->rows_end = &row->next;
    batch->words += HEAD + (uint32_t)job->word_count;
    batch->groups += vp_div_up(job->items, GROUP);
}

/* For every workgroup the place of its row; then the rows: first workgroup, source and result in words, the job's. */
static struct vp_slot *make_table(struct vp_tape *tape, const struct vp_batch *batch) {
    uint32_t *table = vp_arena_array(tape->arena, uint32_t, batch->groups + batch->words), group = 0;
    uint32_t place = batch->groups;
    for (const struct row *row = batch->rows; row; row = row->next) {
        table[place] = group;
        table[place + 1] = (uint32_t)(row->from / 4);
        table[place + 2] = (uint32_t)(row->to / 4);
        memcpy(table + place + HEAD, row->job.words, sizeof *table * (size_t)row->job.word_count);
        for (uint32_t g = vp_div_up(row->job.items, GROUP); g > 0; g--) table[group++] = place;
        place += HEAD + (uint32_t)row->job.word_count;
    }
    struct vp_slot *slot = vp_slot_create(tape, "table", sizeof *table * place, VP_SLOT_PINNED);
    slot->content = table;
    return slot;
}

static struct vp_command *emit(struct vp_tape *tape, const struct vp_batch *batch, struct vp_slot *table) {
    struct vp_launch launch = {.kernel = batch->kernel,
                               .bind = {vp_bind_slot(table), vp_bind_slot(batch->from), vp_bind_slot(batch->to)},
                               VP_PUSH(batch->groups),
                               .label = batch->rows->job.label};
    vp_groups_flat(batch->groups, 1, launch.groups);
    for (const struct row *row = batch->rows; row; row = row->next) {
        launch.flops += row->job.flops;
        launch.bytes += row->job.bytes;
    }
    const char *scope = tape->scope; /* it belongs to no layer */
    tape->scope = NULL;
    struct vp_command *command = vp_command_create(tape, &launch);
    tape->scope = scope;
    return command;
}

/* ---- early ----------------------------------------------------------------------------------------------------- */

static struct vp_slot *find_result(const struct vp_batch *batch, const struct vp_batch_job *job, uint64_t from) {
    for (const struct row *row = batch->rows; row; row = row->next)
        if (row->from == from && row->job.items == job->items && row->job.word_count == job->word_count &&
            memcmp(row->job.words, job->words, sizeof *job->words * (size_t)job->word_count) == 0)
            return row->job.to.slot;
    return NULL;
}

struct vp_slot *vp_batch_early(struct vp_tape *tape, const struct vp_batch_job *job, uint64_t bytes, const char *name) {
    uint64_t from;
    struct vp_slot *root = vp_slot_root(job->from.slot, &from);
    from += job->from.offset;
    if (!root->constant || bytes > most_early || root->bytes > tape->caps.max_binding_bytes ||
        !vp_tape_has_kernel(tape, job->kernel))
        return NULL;
    struct vp_batch *batch = tape->early;
    while (batch && (strcmp(batch->kernel, job->kernel) != 0 || batch->from != root)) batch = batch->next;
    struct vp_slot *known = batch ? find_result(batch, job, from) : NULL;
    if (known) return known;
    bool first = !batch;
    if (first) {
        batch = batch_create(tape, job->kernel);
        batch->from = root;
        batch->next = tape->early;
        tape->early = batch;
    }
    struct vp_batch_job placed = *job;
    placed.to = vp_bind_slot(pool_part(tape, batch, &batch->to, bytes, name));
    add_row(tape, batch, &placed, from, placed.to.slot->offset);
    if (first) batch->command = emit(tape, batch, make_table(tape, batch)); /* its place; the rest comes later */
    if (first) vp_command_append(tape, batch->command);
    return placed.to.slot;
}

/* The launch as it is when all jobs are known. */
static void complete(struct vp_tape *tape, struct vp_batch *batch) {
    struct vp_command *full = emit(tape, batch, make_table(tape, batch)), *command = batch->command;
    command->dispatch = full->dispatch;
    memcpy(command->bind, full->bind, sizeof command->bind);
}

/* ---- late ------------------------------------------------------------------------------------------------------ */

void vp_batch_flush(struct vp_tape *tape) {
    struct vp_batch *batch = tape->late;
    tape->late = NULL;
    if (batch && batch->rows) vp_command_append(tape, emit(tape, batch, make_table(tape, batch)));
}

void vp_batch_before(struct vp_tape *tape, struct vp_bind bind) {
    const struct vp_batch *batch = tape->late;
    uint64_t offset;
    if (!batch || vp_slot_root(bind.slot, &offset) != batch->to) return;
    uint64_t begin = offset + bind.offset, end = bind.bytes ? begin + bind.bytes : offset + bind.slot->bytes;
    for (const struct row *row = batch->rows; row; row = row->next)
        if (row->to < end && begin < row->to + row->job.to.bytes) {
            vp_batch_flush(tape);
            return;
        }
}

/* Whether the pool, with so many bytes more, can be bound and is not too much in the way. */
static bool pool_takes(const struct vp_tape *tape, const struct vp_batch *batch, uint64_t bytes) {
    uint64_t most = tape->caps.max_binding_bytes < most_waiting ? tape->caps.max_binding_bytes : most_waiting;
    return pool_end(tape, batch) + bytes <= most;
}

struct vp_slot *vp_batch_wait(struct vp_tape *tape, const char *kernel, struct vp_bind to, uint64_t bytes,
                              const char *name) {
    uint64_t ignored;
    struct vp_slot *root = vp_slot_root(to.slot, &ignored);
    if (root->kind != VP_SLOT_EXTERNAL || root == to.slot || bytes > most_late ||
        root->bytes > tape->caps.max_binding_bytes || !vp_tape_has_kernel(tape, kernel))
        return NULL;
    vp_batch_before(tape, to);
    const struct vp_batch *old = tape->late;
    if (old && (old->to != root || strcmp(old->kernel, kernel) != 0 || !pool_takes(tape, old, bytes)))
        vp_batch_flush(tape);
    if (!tape->late) {
        tape->late = batch_create(tape, kernel);
        tape->late->to = root;
    }
    return pool_part(tape, tape->late, &tape->late->from, bytes, name);
}

bool vp_batch_late(struct vp_tape *tape, const struct vp_batch_job *job) {
    struct vp_batch *batch = tape->late;
    if (!batch || !job->from.slot->parent || job->from.slot->parent != batch->from) return false;
    uint64_t to;
    vp_slot_root(job->to.slot, &to);
    struct vp_batch_job sized = *job;
    if (!sized.to.bytes) sized.to.bytes = sized.to.slot->bytes - sized.to.offset;
    add_row(tape, batch, &sized, job->from.slot->offset, to + job->to.offset);
    return true;
}

/* ---- both ------------------------------------------------------------------------------------------------------ */

void vp_batches_forget(struct vp_tape *tape) {
    tape->early = tape->late = NULL;
}

void vp_batches_complete(struct vp_tape *tape) {
    vp_batch_flush(tape);
    for (struct vp_batch *batch = tape->early; batch; batch = batch->next) complete(tape, batch);
}
