/* Adam: scan of the gradients (norm, non-finite elements), then the update; in pieces that fit a binding. */
#include "vkpcl/ops/adam.h"
#include "adam/adam_args.h"

enum { FOLD = 64 };

static struct adam_args arguments(const struct vp_adam_desc *desc, int64_t count, int64_t first_element) {
    return (struct adam_args){.count = (uint32_t)count,
                              .first_element = (uint32_t)first_element,
                              .parameters = (uint32_t)desc->parameters,
                              .beta1 = (float)desc->beta1,
                              .one_minus_beta1 = (float)(1 - desc->beta1),
                              .beta2 = (float)desc->beta2,
                              .one_minus_beta2 = (float)(1 - desc->beta2),
                              .eps = (float)desc->eps,
                              .weight_decay = (float)desc->weight_decay};
}

/* One partial sum per chunk, and the counts of non-finite elements. */
static struct vp_slot *scan(struct vp_tape *tape, const struct vp_adam_tensors *t, const struct vp_adam_desc *desc,
                            struct vp_tensor *report, int64_t chunks) {
    struct vp_slot *partial = vp_tape_scratch(tape, "adam partial", 4 * (uint64_t)chunks);
    const uint64_t row_bytes[2] = {4 * ADAM_CHUNK, 4};
    for (int64_t first = 0, n; (n = vp_piece(tape, chunks, first, row_bytes, 2)) > 0; first += n) {
        struct adam_args args = arguments(desc, n, first * ADAM_CHUNK);
        struct vp_launch launch = {.kernel = "adam_scan",
                                   .bind = {vp_value(t->step), vp_bind_rows(vp_value(t->chunks), 4, first, n),
                                            vp_bind_rows(vp_value(t->g), 4 * ADAM_CHUNK, first, n),
                                            vp_bind_rows(vp_bind_slot(partial), 4, first, n), vp_value(report)},
                                   VP_PUSH(args),
                                   .flops = 2.0 * ADAM_CHUNK * (double)n,
                                   .bytes = 4.0 * (ADAM_CHUNK + 2) * (double)n,
                                   .label = "adam scan"};
        vp_groups_flat((uint64_t)n, 64, launch.groups);
        vp_emit(tape, &launch);
    }
    return partial;
}

/* Sums FOLD values at a time until at most FOLD are left; *count becomes their number. */
static struct vp_slot *fold(struct vp_tape *tape, const struct vp_adam_desc *desc, struct vp_slot *partial,
                            int64_t *count) {
    while (*count > FOLD) {
        int64_t folded = (*count + FOLD - 1) / FOLD;
        struct vp_slot *next = vp_tape_scratch(tape, "adam folded", 4 * (uint64_t)folded);
        struct adam_args args = arguments(desc, *count, 0);
        struct vp_launch launch = {.kernel = "adam_fold",
                                   .bind = {vp_bind_slot(partial), vp_bind_slot(next)},
                                   VP_PUSH(args),
                                   .flops = (double)*count,
                                   .bytes = 4.0 * (double)(*count + folded),
                                   .label = "adam fold"};
        vp_groups_flat((uint64_t)folded, 64, launch.groups);
        vp_emit(tape, &launch);
        partial = next;
        *count = folded;
    }
    return partial;
}

static void update(struct vp_tape *tape, const struct vp_adam_tensors *t, const struct vp_adam_desc *desc,
                   struct vp_tensor *report, int64_t chunks) {
    const uint64_t row_bytes[2] = {4 * ADAM_CHUNK, 4};
    for (int64_t first = 0, n; (n = vp_piece(tape, chunks, first, row_bytes, 2)) > 0; first += n) {
        struct adam_args args = arguments(desc, n * ADAM_CHUNK / 4, first * ADAM_CHUNK);
        struct vp_launch launch = {.kernel = "adam_update",
                                   .bind = {vp_value(t->step), vp_bind_rows(vp_value(t->chunks), 4, first, n),
                                            vp_value(report), vp_bind_rows(vp_value(t->g), 4 * ADAM_CHUNK, first, n),
                                            vp_bind_rows(vp_value(t->p), 4 * ADAM_CHUNK, first, n),
                                            vp_bind_rows(vp_value(t->m), 4 * ADAM_CHUNK, first, n),
                                            vp_bind_rows(vp_value(t->v), 4 * ADAM_CHUNK, first, n)},
                                   VP_PUSH(args),
                                   .flops = 14.0 * ADAM_CHUNK * (double)n,
                                   .bytes = 4.0 * (7 * ADAM_CHUNK + 1) * (double)n,
                                   .label = "adam update"};
        vp_groups_flat(args.count, 64, launch.groups);
        vp_emit(tape, &launch);
    }
}

struct vp_tensor *vp_adam_step(struct vp_tape *tape, const struct vp_adam_tensors *t, const struct vp_adam_desc *desc) {
    int64_t count = vp_shape_count(t->p->shape), chunks = count / ADAM_CHUNK, words;
    const struct vp_tensor *const same[3] = {t->g, t->m, t->v};
    vp_assert(count > 0 && count % ADAM_CHUNK == 0, "%s has %lld elements, not a multiple of %d", t->p->name,
              (long long)count, ADAM_CHUNK);
    for (int i = 0; i < 3; i++)
        vp_assert(vp_shape_count(same[i]->shape) == count, "%s has %lld elements, %s %lld", same[i]->name,
                  (long long)vp_shape_count(same[i]->shape), t->p->name, (long long)count);
    vp_assert(t->chunks->dtype == VP_U32 && vp_shape_count(t->chunks->shape) == chunks, "%s: %lld words, wanted %lld",
              t->chunks->name, (long long)vp_shape_count(t->chunks->shape), (long long)chunks);
    words = ADAM_STEP_HEADER + (int64_t)desc->parameters * ADAM_ROW_WORDS;
    vp_assert(t->step->dtype == VP_U32 && vp_shape_count(t->step->shape) == words, "%s: %lld words, wanted %lld",
              t->step->name, (long long)vp_shape_count(t->step->shape), (long long)words);

    struct vp_tensor *report =
        vp_tape_output(tape, "adam report", vp_shape1(ADAM_REPORT_HEADER + desc->parameters), false);
    report->dtype = VP_U32; /* four bytes either way */
    vp_tape_keep(tape, report);
    uint32_t report_words = (uint32_t)vp_shape_count(report->shape);
    struct vp_launch clear = {.kernel = "zero_fill",
                              .bind = {vp_value(report)},
                              VP_PUSH(report_words),
                              .bytes = 4.0 * report_words,
                              .label = "adam clear"};
    vp_groups_flat(report_words, 64, clear.groups);
    vp_emit(tape, &clear);

    int64_t sums = chunks;
    struct vp_slot *partial = fold(tape, desc, scan(tape, t, desc, report, chunks), &sums);
    struct adam_args args = arguments(desc, sums, 0);
    vp_emit(tape, &(struct vp_launch){.kernel = "adam_finish",
                                      .bind = {vp_value(t->step), vp_bind_slot(partial), vp_value(report)},
                                      VP_PUSH(args),
                                      .flops = (double)sums,
                                      .bytes = 4.0 * (double)(sums + desc->parameters),
                                      .label = "adam finish"});
    update(tape, t, desc, report, chunks);
    return report;
}
