/* conv2d and tuning: what is asked, and how a candidate is tried. */
#include "ops/conv2d_internal.h"
#include <stdio.h>
#include <string.h>

/* What a trial needs to know. Tables and shapes outlive it: the one is constant, the other copied. */
struct trial {
    struct conv2d conv;
    const struct conv2d_variant *row[VP_TUNE_CANDIDATES];
    const char *pass;
    bool half;
};

/* Fewer images where the whole batch would take long: kernels work image after image. */
static struct conv2d trial_size(const struct vp_tape *tape, const struct conv2d *conv) {
    struct conv2d small = *conv;
    double images = vp_tune_flops(tape) / vp_conv2d_flops(conv, 1);
    if (images < (double)small.n) small.n = images > 1 ? (int64_t)images : 1;
    return small;
}

/* The passes differ in what they bind (conv2d_internal.h). */
static void try_candidate(struct vp_tape *tape, const void *attributes, int which) {
    const struct trial *trial = attributes;
    const struct conv2d_variant *row = trial->row[which];
    struct conv2d *conv = vp_arena_new(vp_tape_arena(tape), struct conv2d);
    *conv = trial_size(tape, &trial->conv);
    vp_tape_set_half(tape, trial->half);
    enum vp_dtype x_type = conv->x_element == 2 ? VP_F16 : VP_F32, y_type = conv->y_element == 2 ? VP_F16 : VP_F32;
    struct vp_bind x = vp_value(vp_tape_input(tape, "x", vp_shape4(conv->n, conv->h, conv->w, conv->c), x_type, false));
    struct vp_bind w = vp_value(vp_tape_input(tape, "w", vp_shape4(conv->k, conv->r, conv->s, conv->c), VP_F32, false));
    struct vp_bind y = vp_value(vp_tape_input(tape, "y", vp_shape4(conv->n, conv->p, conv->q, conv->k), y_type, false));
    if (strcmp(trial->pass, "fwd") == 0)
        row->emit(tape, conv, row, (struct vp_bind[]){x, w, {0}, y}, false);
    else if (strcmp(trial->pass, "bwd data") == 0)
        row->emit(tape, conv, row, (struct vp_bind[]){y, w, x}, false);
    else
        row->emit(tape, conv, row, (struct vp_bind[]){y, x, w}, false);
}

void vp_conv2d_question(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                        const struct conv2d_variant *table, int count, struct vp_question *question,
                        const struct conv2d_variant **fit) {
    struct trial *trial = vp_arena_new(vp_tape_arena(tape), struct trial);
    *trial = (struct trial){.conv = *conv, .pass = pass->name, .half = vp_tape_half(tape)};
    *question = (struct vp_question){.emit = try_candidate, .attributes = trial, .bytes = sizeof *trial};
    /* Where lanes beat shared memory, tiles are up to a hundred times slower, and arithmetic tells which of the others
     * is the best; the last row is for what nothing else fits. None of them is worth the time. */
    bool lanes = vp_tape_caps(tape)->lanes_beat_shared;
    for (int i = 0; i < count; i++) {
        const struct conv2d_variant *row = &table[i];
        if (!vp_tape_has_kernel(tape, row->tile.kernel) || (row->fits && !row->fits(tape, conv, pass, row))) continue;
        if (row->tile.matrix && !vp_conv_matrix_usable(tape, &row->tile)) continue;
        question->timed += row->fits && !lanes;
        fit[question->count] = trial->row[question->count] = row;
        question->names[question->count++] = row->tile.kernel;
    }
    snprintf(question->key, sizeof question->key,
             "conv2d %s n%lld h%lld w%lld c%lld k%lld r%lld s%lld stride%d pad%d%s%s", pass->name, (long long)conv->n,
             (long long)conv->h, (long long)conv->w, (long long)conv->c, (long long)conv->k, (long long)conv->r,
             (long long)conv->s, conv->desc.stride, conv->desc.pad, trial->half ? " half" : "",
             conv->x_element == 2   ? conv->y_element == 2 ? " from half to half" : " from half"
             : conv->y_element == 2 ? " to half"
                                    : "");
}
