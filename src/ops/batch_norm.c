#include "vkpcl/ops/batch_norm.h"
#include "batch_norm/batch_norm_args.h"
#include "ops/elements.h"
#include "vkpcl/status.h"

enum { GROUP = 64, MERGE = 32, APPLY_ROWS = 8 }; /* local size; partials merged by one invocation; rows of one write */

/* A call of the op: what its passes share. */
struct batch_norm {
    struct vp_batch_norm_desc desc;
    int64_t group_rows;
    uint32_t width, channels; /* elements in an item; items in a row */
    uint64_t element;         /* bytes of one in x, y and their gradients */
    bool training;
};

/* Passes over all of x may read through texel buffers; those over partials are too small to care. */
static const char *large(struct vp_tape *tape, const struct batch_norm *b, const char *kernel) {
    return vp_item_kernel(tape, kernel, b->channels * b->width);
}

static const char *small(const struct batch_norm *b, const char *plain, const char *v4) {
    return b->width == 4 ? v4 : plain;
}

static struct batch_norm_args arguments(const struct batch_norm *b, int64_t block_rows) {
    return (struct batch_norm_args){.groups = (uint32_t)b->desc.groups,
                                    .blocks = vp_div_up((uint64_t)b->group_rows, (uint64_t)block_rows),
                                    .all_blocks = vp_div_up((uint64_t)b->group_rows, (uint64_t)block_rows),
                                    .block_rows = (uint32_t)block_rows,
                                    .group_rows = (uint32_t)b->group_rows,
                                    .channels = b->channels,
                                    .eps = b->desc.eps,
                                    .momentum = b->desc.momentum};
}

/* Rows of one block of the statistics: enough blocks to fill a device, few enough to merge quickly. */
static int64_t statistics_rows(const struct batch_norm *b) {
    return b->group_rows < 2048 ? 16 : b->group_rows < 65536 ? 64 : 256;
}

/* Emits a pass over blocks of rows. rows[i]: binding i has x's size and is bound by rows. When a binding cannot hold
 * x, the pass is cut inside groups; a cut need not be aligned, so the range starts below it and `shift` makes up for
 * that. */
static void emit_blocks(struct vp_tape *tape, const struct batch_norm *b, struct vp_launch *launch,
                        struct batch_norm_args *args, const bool *rows, int bindings) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    uint64_t item_bytes = b->width * b->element, row_bytes = b->channels * item_bytes;
    uint64_t all_rows = (uint64_t)b->desc.groups * (uint64_t)b->group_rows, block_bytes = args->block_rows * row_bytes;
    bool whole = all_rows * row_bytes <= caps->max_binding_bytes;
    uint64_t step = whole ? args->all_blocks : (caps->max_binding_bytes - caps->binding_alignment) / block_bytes;
    vp_assert(step > 0, "%u rows of %u channels exceed a binding", args->block_rows, b->channels * b->width);
    struct vp_launch piece = *launch;
    piece.push = args;
    piece.push_bytes = (uint32_t)sizeof *args;
    if (whole) {
        vp_groups_flat((uint64_t)args->groups * args->blocks * args->channels, GROUP, piece.groups);
        vp_emit(tape, &piece);
        return;
    }
    args->groups = 1;
    for (uint32_t group = 0; group < (uint32_t)b->desc.groups; group++) {
        for (uint64_t block = 0; block < args->all_blocks; block += step) {
            uint64_t blocks = args->all_blocks - block < step ? args->all_blocks - block : step;
            uint64_t first = group * (uint64_t)args->group_rows + block * args->block_rows;
            uint64_t most = blocks * args->block_rows, left = args->group_rows - block * args->block_rows;
            uint64_t bytes = (most < left ? most : left) * row_bytes;
            uint64_t start = first * row_bytes / caps->binding_alignment * caps->binding_alignment;
            args->first_group = group;
            args->first_block = (uint32_t)block;
            args->blocks = (uint32_t)blocks;
            args->shift = (uint32_t)((first * row_bytes - start) / item_bytes);
            for (int i = 0; i < bindings; i++) {
                piece.bind[i] = launch->bind[i];
                if (!rows[i]) continue;
                piece.bind[i].offset += start;
                piece.bind[i].bytes = first * row_bytes - start + bytes;
            }
            vp_groups_flat(blocks * args->channels, GROUP, piece.groups);
            piece.flops = launch->flops * (double)bytes / (double)(all_rows * row_bytes);
            piece.bytes = launch->bytes * (double)bytes / (double)(all_rows * row_bytes);
            vp_emit(tape, &piece);
        }
    }
}

static uint64_t partial_bytes(const struct batch_norm *b, uint32_t blocks) {
    return (uint64_t)b->desc.groups * blocks * 2 * b->channels * b->width * sizeof(float);
}

/* Merges partials until a group has no more than MERGE of them; *args then describes those that are left. */
static struct vp_slot *emit_merges(struct vp_tape *tape, const struct batch_norm *b, struct batch_norm_args *args,
                                   struct vp_slot *partials, bool moments, const char *label) {
    while (args->all_blocks > MERGE) {
        args->merged = vp_div_up(args->all_blocks, MERGE);
        struct vp_slot *merged = vp_tape_scratch(tape, "batch_norm.merged", partial_bytes(b, args->merged));
        struct vp_launch launch = {.kernel = small(b, "batch_norm_merge", "batch_norm_merge.v4"),
                                   .spec = {moments},
                                   .spec_count = 1,
                                   .bind = {vp_bind_slot(partials), vp_bind_slot(merged)},
                                   VP_PUSH(*args),
                                   .bytes = (double)partial_bytes(b, args->all_blocks),
                                   .label = label};
        vp_groups_flat((uint64_t)args->groups * args->merged * args->channels, GROUP, launch.groups);
        vp_emit(tape, &launch);
        partials = merged;
        args->all_blocks = args->merged;
        args->block_rows *= MERGE;
    }
    return partials;
}

static double count_of(const struct batch_norm *b) {
    return (double)b->desc.groups * (double)b->group_rows * b->channels * b->width;
}

/* The two reductions, dgamma and dbeta, then dx. */
static void batch_norm_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct batch_norm *b = node->attributes;
    struct vp_tensor *x = node->in[0], *gamma = node->in[1], *beta = node->in[2];
    struct vp_bind dy = vp_grad_in(tape, node->out[0]), statistics = vp_bind_slot(node->saved[0]);
    if (!dy.slot) return;
    double count = count_of(b);
    struct batch_norm_args args = arguments(b, statistics_rows(b));
    struct vp_slot *partials = vp_tape_scratch(tape, "batch_norm.partials", partial_bytes(b, args.all_blocks));
    struct vp_launch sums = {.kernel = large(tape, b, "batch_norm_sums"),
                             .bind = {vp_value(x), dy, statistics, vp_bind_slot(partials)},
                             .flops = 4 * count,
                             .bytes = 8 * count,
                             .label = "batch_norm bwd sums"};
    emit_blocks(tape, b, &sums, &args, (const bool[]){true, true, false, false}, 4);

    args = arguments(b, statistics_rows(b));
    partials = emit_merges(tape, b, &args, partials, false, "batch_norm bwd merge");
    struct vp_slot *terms = vp_tape_scratch(tape, "batch_norm.terms", partial_bytes(b, 1));
    struct vp_bind dgamma = vp_bind_slot(terms), dbeta = dgamma;
    bool accumulate;
    if (gamma->needs_grad) {
        dgamma = vp_grad(tape, gamma, &accumulate);
        args.gamma_write = accumulate ? 2 : 1;
    }
    if (beta->needs_grad) {
        dbeta = vp_grad(tape, beta, &accumulate);
        args.beta_write = accumulate ? 2 : 1;
    }
    struct vp_launch finish = {.kernel = small(b, "batch_norm_finish_bwd", "batch_norm_finish_bwd.v4"),
                               .bind = {vp_bind_slot(partials), statistics, vp_bind_slot(terms), dgamma, dbeta},
                               VP_PUSH(args),
                               .bytes = (double)partial_bytes(b, args.all_blocks),
                               .label = "batch_norm bwd finish"};
    vp_groups_flat(b->channels, GROUP, finish.groups);
    vp_emit(tape, &finish);

    if (!x->needs_grad) return;
    struct vp_bind dx = vp_grad(tape, x, &accumulate);
    args = arguments(b, APPLY_ROWS);
    args.accumulate = accumulate;
    struct vp_launch apply = {.kernel = large(tape, b, "batch_norm_dx"),
                              .bind = {vp_value(x), dy, statistics, vp_bind_slot(terms), vp_value(gamma), dx},
                              .flops = 5 * count,
                              .bytes = (accumulate ? 16 : 12) * count,
                              .label = "batch_norm bwd"};
    emit_blocks(tape, b, &apply, &args, (const bool[]){true, true, false, false, false, true}, 6);
}

/* Statistics of every group: from the batch and into the running ones, or, in inference, from those. */
static struct vp_slot *emit_statistics(struct vp_tape *tape, const struct batch_norm *b, struct vp_tensor *x,
                                       struct vp_tensor *running_mean, struct vp_tensor *running_var) {
    struct batch_norm_args args = arguments(b, statistics_rows(b));
    struct vp_slot *statistics = vp_tape_scratch(tape, "batch_norm.statistics", partial_bytes(b, 1));
    struct vp_slot *partials = statistics;
    if (b->training) {
        partials = vp_tape_scratch(tape, "batch_norm.partials", partial_bytes(b, args.all_blocks));
        struct vp_launch moments = {.kernel = large(tape, b, "batch_norm_moments"),
                                    .bind = {vp_value(x), vp_bind_slot(partials)},
                                    .flops = 4 * count_of(b),
                                    .bytes = 4 * count_of(b),
                                    .label = "batch_norm fwd moments"};
        emit_blocks(tape, b, &moments, &args, (const bool[]){true, false}, 2);
        args = arguments(b, statistics_rows(b));
        partials = emit_merges(tape, b, &args, partials, true, "batch_norm fwd merge");
    }
    struct vp_launch finish = {.kernel = small(b, "batch_norm_finish_fwd", "batch_norm_finish_fwd.v4"),
                               .spec = {b->training},
                               .spec_count = 1,
                               .bind = {b->training ? vp_bind_slot(partials) : vp_value(running_mean),
                                        vp_bind_slot(statistics), vp_value(running_mean), vp_value(running_var)},
                               VP_PUSH(args),
                               .bytes = (double)partial_bytes(b, args.all_blocks),
                               .label = "batch_norm fwd finish"};
    vp_groups_flat(b->channels, GROUP, finish.groups);
    vp_emit(tape, &finish);
    return statistics;
}

struct vp_tensor *vp_batch_norm(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *gamma,
                                struct vp_tensor *beta, struct vp_tensor *running_mean, struct vp_tensor *running_var,
                                const struct vp_batch_norm_desc *desc) {
    int64_t c = vp_shape_columns(x->shape), rows = vp_shape_rows(x->shape);
    struct vp_tensor *const vectors[] = {gamma, beta, running_mean, running_var};
    for (int i = 0; i < 4; i++)
        vp_assert(vp_shape_count(vectors[i]->shape) == c, "%s has %lld values for the %lld channels of %s",
                  vectors[i]->name, (long long)vp_shape_count(vectors[i]->shape), (long long)c, x->name);
    vp_assert(desc->groups >= 1 && rows % desc->groups == 0, "%lld rows in %d groups", (long long)rows, desc->groups);
    struct batch_norm *b = vp_arena_new(vp_tape_arena(tape), struct batch_norm);
    *b = (struct batch_norm){.desc = *desc, .training = vp_tape_training(tape)};
    if (!b->training) b->desc.groups = 1;
    b->group_rows = rows / b->desc.groups;
    b->width = vp_item_floats(c);
    b->element = vp_bind_element(vp_value(x));
    b->channels = (uint32_t)c / b->width;
    vp_assert(!b->training || b->group_rows >= 2, "statistics of %s over a single row", x->name);

    struct vp_slot *statistics = emit_statistics(tape, b, x, running_mean, running_var);
    struct vp_tensor *y =
        vp_tape_output_like(tape, "norm", x->shape, vp_any_needs_grad((struct vp_tensor *[]){x, gamma, beta}, 3), x);
    struct batch_norm_args args = arguments(b, APPLY_ROWS);
    struct vp_launch apply = {
        .kernel = large(tape, b, "batch_norm_apply"),
        .bind = {vp_value(x), vp_bind_slot(statistics), vp_value(gamma), vp_value(beta), vp_value(y)},
        .flops = 3 * count_of(b),
        .bytes = 8 * count_of(b),
        .label = "batch_norm fwd"};
    emit_blocks(tape, b, &apply, &args, (const bool[]){true, false, false, false, true}, 5);

    struct vp_node *node = vp_tape_push(tape, "batch_norm", batch_norm_backward);
    node->in[0] = x;
    node->in[1] = gamma;
    node->in[2] = beta;
    node->out[0] = y;
    node->saved[0] = statistics;
    node->attributes = b;
    return y;
}
