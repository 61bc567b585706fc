/* Matrix products and tuning: what is asked, and how a candidate is tried. */
#include "ops/gemm_internal.h"
#include <stdio.h>

struct trial {
    struct vp_gemm gemm; /* sizes; the trial has bindings of its own */
    const struct gemm_variant *row[VP_TUNE_CANDIDATES];
    bool half;
};

/* Less of the batch, or of the longest dimension that no tile covers at once, where the whole would take long. */
static void shrink(const struct vp_tape *tape, struct vp_gemm *g) {
    double flops = 2.0 * (double)(g->batch * g->m * g->n) * (double)g->k, part = vp_tune_flops(tape) / flops;
    int64_t *size = g->batch > 1 ? &g->batch : g->transpose_a ? &g->k : &g->m;
    int64_t least = g->batch > 1 ? 1 : 4, less = (int64_t)((double)*size * part) / least * least;
    if (part < 1) *size = less > least ? less : least;
}

static struct vp_bind input(struct vp_tape *tape, const char *name, int64_t batch, int64_t rows, int64_t columns) {
    return vp_value(vp_tape_input(tape, name, vp_shape3(batch, rows, columns), VP_F32, false));
}

static void try_candidate(struct vp_tape *tape, const void *attributes, int which) {
    const struct trial *trial = attributes;
    struct vp_gemm g = trial->gemm;
    shrink(tape, &g);
    vp_tape_set_half(tape, trial->half);
    g.a = input(tape, "a", g.batch, g.m, g.k);
    g.b = input(tape, "b", g.batch, g.k, g.n);
    g.c = input(tape, "c", g.batch, g.m, g.n);
    trial->row[which]->emit(tape, &g, trial->row[which]);
}

void vp_gemm_question(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *table, int count,
                      struct vp_question *question, const struct gemm_variant **fit) {
    struct trial *trial = vp_arena_new(vp_tape_arena(tape), struct trial);
    *trial = (struct trial){.half = vp_tape_half(tape),
                            .gemm = {.batch = g->batch,
                                     .m = g->m,
                                     .n = g->n,
                                     .k = g->k,
                                     .transpose_a = g->transpose_a,
                                     .transpose_b = g->transpose_b,
                                     .slope = 1.0f,
                                     .label = "trial"}};
    *question = (struct vp_question){.emit = try_candidate, .attributes = trial, .bytes = sizeof *trial};
    bool lanes = vp_tape_caps(tape)->lanes_beat_shared;
    for (int i = 0; i < count; i++) {
        const struct gemm_variant *row = &table[i];
        if (!vp_tape_has_kernel(tape, row->tile.kernel) || (row->fits && !row->fits(tape, g, row))) continue;
        question->timed += !lanes || row->lanes; /* tiles are up to a hundred times slower there */
        fit[question->count] = trial->row[question->count] = row;
        question->names[question->count++] = row->tile.kernel;
    }
    snprintf(question->key, sizeof question->key, "matmul b%lld m%lld n%lld k%lld%s%s%s", (long long)g->batch,
             (long long)g->m, (long long)g->n, (long long)g->k, g->transpose_a ? " ta" : "",
             g->transpose_b ? " tb" : "", trial->half ? " half" : "");
}
