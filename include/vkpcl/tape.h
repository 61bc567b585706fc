/* The tape: builds one phase of training as a list of kernel launches, forward and backward, and plans its memory.
 *
 * An op's builder (include/vkpcl/ops/...) checks shapes, makes its output tensors, emits its forward launches, and
 * pushes a node; pushing the node *is* registering its backward. vp_tape_backward then walks the nodes in reverse and
 * each emits its backward launches. Nothing touches the device until vp_tape_bind: launches name slots (virtual
 * buffers), and the planner gives every slot a place in one arena from its first and last use. The bound tape is a
 * vp_program that is replayed every iteration; what changes per step lives in small buffers that the host uploads.
 *
 *     struct vp_tensor *y = vp_conv2d(tape, x, w, b, &desc);      builders, in order
 *     vp_tape_backward(tape, loss, seed);                         reverse walk from the loss
 *     vp_tape_plan(tape, &plan);                                  exact bytes, before any allocation
 *     vp_tape_bind(tape, &memory, err);  vp_tape_run(tape, err);  record once, replay
 */
#ifndef VKPCL_TAPE_H
#define VKPCL_TAPE_H
#include "vkpcl/arena.h"
#include "vkpcl/gpu.h"
#include "vkpcl/tensor.h"

/* ---- slots: virtual buffers ---------------------------------------------------------------------------------- */

enum vp_slot_kind {
    VP_SLOT_TRANSIENT, /* lives from first to last use; shares the arena with others */
    VP_SLOT_PINNED,    /* keeps its place and content between runs: inputs, kept outputs */
    VP_SLOT_EXTERNAL   /* memory owned by someone else: parameters, gradients, step blocks */
};

struct vp_slot {
    const char *name;
    uint64_t bytes;
    enum vp_slot_kind kind;
    struct vp_slot *parent; /* a part of another slot, at `offset` in it; else NULL */
    uint64_t offset;
    const struct vp_range *external; /* VP_SLOT_EXTERNAL: read when the tape is bound */
    bool constant;                   /* no launch of this tape writes what a later one reads */
    bool half;                       /* elements are stored in half (VP_F16) */
    const void *content;             /* VP_SLOT_PINNED: what it holds from the start; NULL: nothing */
    int first, last;                 /* launches that use it; -1 none yet */
    uint32_t bin;                    /* planned place: bin and offset in it */
    uint64_t place;
    struct vp_range range; /* after vp_tape_bind */
    struct vp_slot *next;  /* all slots of the tape */
};

/* The value and gradient of a tensor. */
struct vp_storage {
    struct vp_slot *value;
    struct vp_slot *grad;      /* made when first asked for */
    bool grad_written;         /* someone has written the gradient in this backward walk */
    bool grad_external;        /* gradient slot given from outside (parameters) */
    struct vp_storage *parent; /* rows of another storage (vp_split_rows) */
    uint64_t parent_offset;    /* bytes */
    bool was_split;            /* its gradient may be written through its parts only */
};

/* What a launch binds: a slot or a part of it. bytes = 0 means from offset to the end. */
struct vp_bind {
    struct vp_slot *slot;
    uint64_t offset, bytes;
};

/* ---- building ------------------------------------------------------------------------------------------------ */

struct vp_tape;
struct vp_node;
typedef void vp_backward(struct vp_tape *tape, struct vp_node *node);

enum { VP_NODE_TENSORS = 12 };
struct vp_node {
    const char *op;
    vp_backward *backward; /* NULL: nothing to propagate */
    struct vp_tensor *in[VP_NODE_TENSORS];
    struct vp_tensor *out[VP_NODE_TENSORS];
    void *attributes;                       /* the op's own struct, in the tape's arena */
    struct vp_slot *saved[VP_NODE_TENSORS]; /* forward results that backward needs (batch statistics, norms) */
    const char *scope;                      /* of its forward launches; its backward launches carry it too */
    struct vp_node *previous;
};

struct vp_tape *vp_tape_create(struct vp_gpu *gpu, const char *name); /* gpu may be NULL: plan only, default caps */
void vp_tape_destroy(struct vp_tape *tape);
struct vp_arena *vp_tape_arena(struct vp_tape *tape);
struct vp_gpu *vp_tape_gpu(struct vp_tape *tape);
const struct vp_gpu_caps *vp_tape_caps(const struct vp_tape *tape);
bool vp_tape_has_kernel(const struct vp_tape *tape, const char *name);
/* Builders ask this for training/inference differences (batch norm). true by default. */
bool vp_tape_training(const struct vp_tape *tape);
void vp_tape_set_training(struct vp_tape *tape, bool training);
/* May kernels round the inputs of a product to half, where the device multiplies those faster? false by default. Sums
 * are float all the same. */
bool vp_tape_half(const struct vp_tape *tape);
void vp_tape_set_half(struct vp_tape *tape, bool half);
/* Are the activations that builders make from now on, and their gradients, stored in half? false by default. Every
 * device can: kernels pack two of them in a word, and compute with floats. */
bool vp_tape_stores_half(const struct vp_tape *tape);
void vp_tape_store_half(struct vp_tape *tape, bool half);
/* A word in front of the labels of the launches emitted from now on ("encoder.layer1"); NULL: none. */
void vp_tape_scope(struct vp_tape *tape, const char *scope);

/* A tensor the host uploads before a run (pinned). needs_grad only for tests and gradient checks. */
struct vp_tensor *vp_tape_input(struct vp_tape *tape, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                                bool needs_grad);
/* A tensor in memory owned by someone else; `grad` may be NULL (no gradient). The ranges are read at bind time. */
struct vp_tensor *vp_tape_external(struct vp_tape *tape, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                                   const struct vp_range *value, const struct vp_range *grad);
/* A part of an external tensor, from element `first` on; its gradient is the same part of `grads`, NULL: it has none.
 */
struct vp_tensor *vp_tape_external_part(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                        struct vp_tensor *whole, struct vp_tensor *grads, int64_t first);
/* Keeps the tensor's value after the run (losses, features, images): pins it. Its gradient likewise by _keep_grad. */
void vp_tape_keep(struct vp_tape *tape, struct vp_tensor *tensor);
void vp_tape_keep_grad(struct vp_tape *tape, struct vp_tensor *tensor);

/* For builders: an output (transient; needs gradient when one of the inputs does), and temporary memory. */
struct vp_tensor *vp_tape_output(struct vp_tape *tape, const char *name, struct vp_shape shape, bool needs_grad);
/* The same for an activation: in half where the tape stores those so and its last dimension is a multiple of four. */
struct vp_tensor *vp_tape_activation(struct vp_tape *tape, const char *name, struct vp_shape shape, bool needs_grad);
/* The same, stored like x. */
struct vp_tensor *vp_tape_output_like(struct vp_tape *tape, const char *name, struct vp_shape shape, bool needs_grad,
                                      const struct vp_tensor *x);
struct vp_slot *vp_tape_scratch(struct vp_tape *tape, const char *name, uint64_t bytes);
struct vp_node *vp_tape_push(struct vp_tape *tape, const char *op, vp_backward *backward);

/* The same data under another shape (equal count). */
struct vp_tensor *vp_reshape(struct vp_tape *tape, struct vp_tensor *x, struct vp_shape shape);
/* Consecutive runs of rows (first dimension) of x as tensors of their own, without a copy: out[i] has rows[i] of them,
 * and the rows add up to x's. After this, x itself may only be read. */
void vp_split_rows(struct vp_tape *tape, struct vp_tensor *x, int count, const int64_t *rows, struct vp_tensor **out);
/* Rows first .. first + count - 1 of x, which has no gradient: for inputs. */
struct vp_tensor *vp_rows(struct vp_tape *tape, struct vp_tensor *x, int64_t first, int64_t count);
/* The reverse of vp_split_rows: part, just made by a builder, becomes rows first ... of whole (vp_tape_output), without
 * a copy where the rows may be bound on their own. From here on part's gradient is those rows of whole's. */
void vp_place_rows(struct vp_tape *tape, struct vp_tensor *part, struct vp_tensor *whole, int64_t first);

/* A part of the graph that keeps nothing but its outputs: the forward pass runs it and forgets what is inside, the
 * backward pass runs it once more and then back. Same bits as without; costs one forward more and saves the memory of
 * everything inside ("gradient checkpointing": Chen et al., "Training deep nets with sublinear memory cost", 2016).
 * `build` makes out[0 .. outs-1] from in[0 .. ins-1] and is called twice; it may do nothing else that lasts (no running
 * statistics). `context` must live as long as the tape. */
typedef void vp_builder(struct vp_tape *tape, const void *context, struct vp_tensor *const *in, struct vp_tensor **out);
void vp_recompute(struct vp_tape *tape, vp_builder *build, const void *context, struct vp_tensor *const *in, int ins,
                  struct vp_tensor **out, int outs);

/* ---- emitting ------------------------------------------------------------------------------------------------ */

/* One launch. The number of bindings comes from the kernel's reflection. push is copied. */
struct vp_launch {
    const char *kernel;
    uint32_t spec[VP_MAX_SPEC];
    int spec_count;
    struct vp_bind bind[VP_MAX_BINDINGS];
    const void *push;
    uint32_t push_bytes;
    uint32_t groups[3]; /* 0 counts as 1 */
    double flops, bytes;
    const char *label; /* NULL: the kernel's name */
};
#define VP_PUSH(arguments) .push = &(arguments), .push_bytes = (uint32_t)sizeof(arguments)
void vp_emit(struct vp_tape *tape, const struct vp_launch *launch);

/* Small launches of one kernel that need not wait for each other travel together: one launch over a table with a row
 * for each (shaders/common/batch.glsl). The kernel binds the table, what all jobs read, and what all write. */
struct vp_batch_job {
    const char *kernel;
    struct vp_bind from, to;
    uint64_t items;        /* invocations, in workgroups of 64 */
    const uint32_t *words; /* the job's part of its row; copied */
    int word_count;
    double flops, bytes;
    const char *label;
};
/* Early: what the job makes of `from`, a part of constant external memory, computed in front of whatever reads it; the
 * slot of `bytes` bytes that will hold it, the same one for the same job. `to` is ignored. NULL: not possible or not
 * worth it, emit a launch. */
struct vp_slot *vp_batch_early(struct vp_tape *tape, const struct vp_batch_job *job, uint64_t bytes, const char *name);
/* Late: memory for the `bytes` bytes that a job will turn into `to`, a part of external memory; NULL as above. */
struct vp_slot *vp_batch_wait(struct vp_tape *tape, const char *kernel, struct vp_bind to, uint64_t bytes,
                              const char *name);
/* Once `from`, made by vp_batch_wait, is written: the job runs before anything else binds `to`, at the latest behind
 * the backward pass. false: the memory does not wait (any more), emit a launch. */
bool vp_batch_late(struct vp_tape *tape, const struct vp_batch_job *job);
void vp_batch_flush(struct vp_tape *tape); /* the late jobs now */

/* Bytes of an element of what is bound, a float or a half. A launch tells its kernel by a specialisation constant
 * (shaders/common/half.glsl) which bindings are halves. */
static inline uint64_t vp_bind_element(struct vp_bind bind) {
    return bind.slot && bind.slot->half ? 2 : 4;
}
struct vp_bind vp_value(const struct vp_tensor *x);
struct vp_bind vp_bind_slot(struct vp_slot *slot);
/* The gradient of an output, complete: what the node's backward starts from. slot = NULL when nobody wrote it. */
struct vp_bind vp_grad_in(struct vp_tape *tape, struct vp_tensor *y);
/* Where to put a gradient of an input. *accumulate tells whether somebody has already written there: the kernel must
 * add (true) or overwrite (false). Only for tensors with needs_grad. */
struct vp_bind vp_grad(struct vp_tape *tape, struct vp_tensor *x, bool *accumulate);
/* For a node that has read dy for the last time: the memory of y's gradient becomes x's, with what the node leaves in
 * it. false: x has a gradient already, or that memory belongs to others too; write to vp_grad. */
bool vp_grad_take(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *y);
/* A part of a binding: `count` rows of `row_bytes` from row `first` on. */
struct vp_bind vp_bind_rows(struct vp_bind bind, uint64_t row_bytes, int64_t first, int64_t count);
bool vp_any_needs_grad(struct vp_tensor *const *tensors, int count); /* NULLs allowed */

/* Rows are cut into pieces so that no binding exceeds the device's limit and every piece starts aligned:
 *     for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, row_bytes, 2)) > 0; first += n) ...
 * row_bytes: bytes per row of each tensor bound by rows. */
int64_t vp_piece(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count);
/* The same, and no piece has more than `most` rows, as far as alignment allows. */
int64_t vp_piece_most(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count,
                      int64_t most);
/* The same as vp_piece, and no piece needs more workgroups along x than the device takes: a row is `items` items, a
 * group does `per_group` of them. */
int64_t vp_piece_grid(const struct vp_tape *tape, int64_t rows, int64_t first, const uint64_t *row_bytes, int count,
                      int64_t items, int64_t per_group);

static inline uint32_t vp_div_up(uint64_t a, uint64_t b) {
    return (uint32_t)((a + b - 1) / b);
}
/* Groups for a flat index of `count` items, `per_group` each, folded over x and y: flat_index() in common/index.glsl.
 */
void vp_groups_flat(uint64_t count, uint32_t per_group, uint32_t groups[3]);

/* ---- backward, plan, run ------------------------------------------------------------------------------------- */

/* Emits the backward of all nodes. `seed` is the gradient of `loss` (same shape), e.g. the loss weight in a step block;
 * call vp_tape_seed for every loss first, then vp_tape_backward once. */
void vp_tape_seed(struct vp_tape *tape, struct vp_tensor *loss, const struct vp_range *seed);
void vp_tape_backward(struct vp_tape *tape);
/* Where terms of a loss do not depend on each other, each may go back before the next one's forward, so that they share
 * their memory: what was pushed since the mark is walked in reverse and forgotten; gradients of older tensors wait. */
struct vp_node *vp_tape_mark(struct vp_tape *tape);
void vp_tape_backward_since(struct vp_tape *tape, struct vp_node *mark);
/* Leaves out what was emitted so far, before planning. For measuring a backward alone: what the forward would have
 * computed is memory with whatever content. */
void vp_tape_forget_launches(struct vp_tape *tape);

enum { VP_MAX_BINS = 64 };
/* Bytes a tape needs: bins are separate allocations, none larger than the device allows. Transient bins may be shared
 * by tapes that run one after the other. */
struct vp_plan {
    int bins;
    uint64_t bin_bytes[VP_MAX_BINS];
    uint64_t pinned_bytes;
    uint64_t transient_bytes; /* sum of bin_bytes */
    int launches;
    double flops, bytes; /* sums over the launches */
};
void vp_tape_plan(struct vp_tape *tape, struct vp_plan *plan);

/* Transient memory shared by several tapes: enough for each of their plans. */
struct vp_tape_memory {
    struct vp_gpu *gpu;
    int bins;
    struct vp_range bin[VP_MAX_BINS];
};
uint64_t vp_tape_memory_bytes(const struct vp_plan *plans, int count); /* what _init takes */
enum vp_status vp_tape_memory_init(struct vp_tape_memory *memory, struct vp_gpu *gpu, const struct vp_plan *plans,
                                   int count, struct vp_error *err);
void vp_tape_memory_fini(struct vp_tape_memory *memory);

/* Allocates the pinned slots, resolves every slot and records the program. */
enum vp_status vp_tape_bind(struct vp_tape *tape, const struct vp_tape_memory *memory, struct vp_error *err);
enum vp_status vp_tape_run(struct vp_tape *tape, struct vp_error *err); /* enqueues one run; does not wait */
struct vp_program *vp_tape_program(struct vp_tape *tape);

/* Host access to pinned or external tensors of a bound tape. */
struct vp_range vp_tensor_range(const struct vp_tensor *x);
struct vp_range vp_tensor_grad_range(const struct vp_tensor *x);
enum vp_status vp_tensor_upload(struct vp_tape *tape, const struct vp_tensor *x, const void *data,
                                struct vp_error *err);
enum vp_status vp_tensor_download(struct vp_tape *tape, const struct vp_tensor *x, void *data, struct vp_error *err);
enum vp_status vp_tensor_grad_download(struct vp_tape *tape, const struct vp_tensor *x, void *data,
                                       struct vp_error *err);

/* For tests: surrounds every slot with guard bytes (set before planning), fills all tape memory and guards with a NaN
 * pattern, and counts guards that changed. */
void vp_tape_guard(struct vp_tape *tape);
enum vp_status vp_tape_poison(struct vp_tape *tape, struct vp_error *err);
enum vp_status vp_tape_check_guards(struct vp_tape *tape, int *damaged, struct vp_error *err);

/* A number that tells the chosen kernels, specialisations and grids apart: equal for tapes that launch the same. */
uint64_t vp_tape_signature(const struct vp_tape *tape);

/* Writes "launch, kernel, slots with places and lifetimes" for people. */
void vp_tape_print(const struct vp_tape *tape, FILE *out);

#endif
