/* What the files of src/tape share. */
#ifndef VKPCL_TAPE_INTERNAL_H
#define VKPCL_TAPE_INTERNAL_H
#include "vkpcl/tape.h"
#include "vkpcl/tune.h"

/* A launch as recorded by vp_emit: slots instead of ranges, until the tape is bound. */
struct vp_command {
    struct vp_dispatch dispatch; /* push and label point into the arena; bindings are filled by vp_tape_bind */
    struct vp_bind bind[VP_MAX_BINDINGS];
    struct vp_command *next;
};

struct vp_seed {
    struct vp_tensor *loss;
    struct vp_seed *next;
};

/* A question asked while building; see vkpcl/tune.h. */
struct vp_asked {
    struct vp_question question;
    struct vp_asked *next;
};

struct vp_tape {
    struct vp_gpu *gpu;
    struct vp_gpu_caps caps;
    struct vp_arena *arena;
    const char *name;
    const char *scope;
    bool training;
    bool half, stores_half;
    bool guarded;
    bool planned;
    struct vp_slot *slots, **slots_end;
    int slot_count;
    struct vp_node *last_node;
    struct vp_seed *seeds;
    struct vp_asked *asked;
    struct vp_command *commands, **commands_end;
    int command_count;
    struct vp_batch *early, *late; /* batch.c */
    struct vp_plan plan;
    struct vp_range pinned[VP_MAX_BINS]; /* blocks of the pinned slots */
    int pinned_bins;
    uint64_t pinned_bin_bytes[VP_MAX_BINS];
    struct vp_tape_memory memory; /* the transient blocks it was bound to */
    struct vp_program *program;
};

enum { VP_GUARD_BYTES = 256 };

struct vp_slot *vp_slot_create(struct vp_tape *tape, const char *name, uint64_t bytes, enum vp_slot_kind kind);
/* The slot that owns the memory, and the offset of `slot` in it. */
struct vp_slot *vp_slot_root(struct vp_slot *slot, uint64_t *offset);
/* The gradient slot of a tensor's storage, made on first use; a part of the parent's for split rows. */
struct vp_slot *vp_storage_grad(struct vp_tape *tape, struct vp_tensor *x);
struct vp_range vp_slot_range(struct vp_slot *slot);
enum vp_status vp_tape_fill_contents(struct vp_tape *tape, struct vp_error *err); /* run.c */
/* emit.c: a launch made, and put behind all others. */
struct vp_command *vp_command_create(struct vp_tape *tape, const struct vp_launch *launch);
void vp_command_append(struct vp_tape *tape, struct vp_command *command);
/* batch.c: before a launch binds this, before the launches are forgotten, before the tape is planned. */
void vp_batch_before(struct vp_tape *tape, struct vp_bind bind);
void vp_batches_forget(struct vp_tape *tape);
void vp_batches_complete(struct vp_tape *tape);
/* rows.c: a tensor like rows of x, with a value slot of its own; a launch that copies elements. */
struct vp_tensor *vp_tape_part(struct vp_tape *tape, struct vp_tensor *x, int64_t first_row, int64_t rows);
void vp_tape_copy(struct vp_tape *tape, struct vp_slot *from, int64_t from_first, struct vp_slot *to, int64_t to_first,
                  int64_t count);

#endif
