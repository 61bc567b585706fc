/* Phase recon: decode every pairing of face and pose features of an image and its mirror image; keep the two apart. */
#include "vkpcl/ops/add_blocks.h"
#include "vkpcl/ops/mae.h"
#include "vkpcl/ops/mul_add.h"
#include "vkpcl/ops/orthogonality.h"
#include "vkpcl/phase.h"

/* Block 0 is the images s, block 1 their mirror images f. The decodes in order: F_s + P_f against f, F_f + P_s against
 * s, F_s + P_s against s, F_f + P_f against f. */
static const int face_of[4] = {0, 1, 0, 1}, pose_of[4] = {1, 0, 0, 1}, target_of[4] = {1, 0, 0, 1};

/* Decodes first .. first + calls - 1. */
static void build_calls(struct vp_phase *phase, struct vp_tensor *face, struct vp_tensor *pose, int first, int calls,
                        struct vp_tensor **decodes, struct vp_tensor **l1) {
    struct vp_tape *tape = phase->tape;
    int64_t batch = phase->settings.batch;
    struct vp_add_blocks_desc pairs = {.rows = batch, .blocks = calls};
    struct vp_mae_desc targets = {.images = batch, .blocks = calls};
    for (int i = 0; i < calls; i++) {
        pairs.a[i] = face_of[first + i];
        pairs.b[i] = pose_of[first + i];
        targets.target_of[i] = target_of[first + i];
    }
    vp_tape_scope(tape, "decoder");
    struct vp_tensor *code = vp_add_blocks(tape, face, pose, &pairs); /* (calls * B, feature) */
    *decodes = vp_decoder(phase->weights, code, calls, phase->settings.model.size);
    *l1 = vp_mae(tape, *decodes, phase->images, &targets);
    vp_tape_seed(tape, *l1, &phase->seed);
}

/* How many of the four run at once: each has B images that must stay together. */
static int calls_at_once(const struct vp_phase_settings *settings) {
    if (settings->micro_batch == 0 || settings->micro_batch >= 4 * settings->batch) return 4;
    return settings->micro_batch >= 2 * settings->batch ? 2 : 1;
}

/* The loss is a sum over the decodes: one that does not run with the others goes back before the next one starts, and
 * only the gradients of features and parameters pass from one to the next. */
static void build_decodes(struct vp_phase *phase, struct vp_tensor *face, struct vp_tensor *pose) {
    struct vp_tape *tape = phase->tape;
    int64_t batch = phase->settings.batch, size = phase->settings.model.size;
    int calls = calls_at_once(&phase->settings);
    if (calls == 4) {
        build_calls(phase, face, pose, 0, 4, &phase->decodes, &phase->l1);
    } else {
        vp_tape_scope(tape, "decoder");
        phase->decodes = vp_tape_output(tape, "decodes", vp_shape4(4 * batch, size, size, 3), false);
        phase->l1 = vp_tape_output(tape, "l1", vp_shape1(4), false);
        for (int first = 0; first < 4; first += calls) {
            struct vp_node *mark = vp_tape_mark(tape);
            struct vp_tensor *decodes, *l1;
            build_calls(phase, face, pose, first, calls, &decodes, &l1);
            vp_place_rows(tape, decodes, phase->decodes, first * batch);
            vp_place_rows(tape, l1, phase->l1, first);
            vp_tape_backward_since(tape, mark);
        }
    }
    vp_tape_keep(tape, phase->decodes);
    vp_tape_keep(tape, phase->l1);
}

void vp_phase_build_recon(struct vp_phase *phase, struct vp_phase_shared *shared) {
    const struct vp_phase_settings *settings = &phase->settings;
    struct vp_tape *tape = phase->tape;
    phase->rows = 2 * settings->batch;
    phase->images = vp_phase_images(phase, shared, phase->rows, true);
    phase->noise = vp_phase_normal(phase, "noise", phase->images->shape);
    vp_tape_keep(tape, phase->images); /* the targets stay clean, and people look at them */
    vp_tape_scope(tape, "input");
    struct vp_tensor *noisy = vp_mul_add(tape, phase->images, phase->noise, settings->noise);
    struct vp_tensor *face, *pose; /* (2B, feature): F_s, F_f and P_s, P_f */
    vp_phase_encode(phase, noisy, &face, &pose);
    if (settings->decoder) build_decodes(phase, face, pose);
    if (!settings->orthogonality) return;
    vp_tape_scope(tape, "orthogonality");
    phase->orth = vp_orthogonality(tape, face, pose, &(struct vp_orthogonality_desc){.groups = 2});
    vp_tape_keep(tape, phase->orth);
    vp_tape_seed(tape, phase->orth, &phase->seed_orth);
}
