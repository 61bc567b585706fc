/* Phase recon: decode every pairing of face and pose features of an image and its mirror image; keep the two apart. */
#include "vkpcl/ops/add_blocks.h"
#include "vkpcl/ops/mae.h"
#include "vkpcl/ops/mul_add.h"
#include "vkpcl/ops/orthogonality.h"
#include "vkpcl/phase.h"

/* Block 0 is the images s, block 1 their mirror images f. The decodes in order: F_s + P_f against f, F_f + P_s against
 * s, F_s + P_s against s, F_f + P_f against f. */
static const int face_of[4] = {0, 1, 0, 1}, pose_of[4] = {1, 0, 0, 1}, target_of[4] = {1, 0, 0, 1};

static void build_decodes(struct vp_phase *phase, struct vp_tensor *face, struct vp_tensor *pose) {
    struct vp_tape *tape = phase->tape;
    int64_t batch = phase->settings.batch;
    struct vp_add_blocks_desc pairs = {.rows = batch, .blocks = 4};
    struct vp_mae_desc targets = {.images = batch, .blocks = 4};
    for (int i = 0; i < 4; i++) {
        pairs.a[i] = face_of[i];
        pairs.b[i] = pose_of[i];
        targets.target_of[i] = target_of[i];
    }
    vp_tape_scope(tape, "decoder");
    struct vp_tensor *code = vp_add_blocks(tape, face, pose, &pairs); /* (4B, feature) */
    phase->decodes = vp_decoder(phase->weights, code, 4, phase->settings.model.size);
    phase->l1 = vp_mae(tape, phase->decodes, phase->images, &targets);
    vp_tape_keep(tape, phase->decodes);
    vp_tape_keep(tape, phase->l1);
    vp_tape_seed(tape, phase->l1, &phase->seed);
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
    struct vp_tensor *trunk = vp_encoder_trunk(phase->weights, noisy);
    struct vp_tensor *face = vp_encoder_face(phase->weights, trunk); /* (2B, feature): F_s, F_f */
    struct vp_tensor *pose = vp_encoder_pose(phase->weights, trunk);
    if (settings->decoder) build_decodes(phase, face, pose);
    if (!settings->orthogonality) return;
    vp_tape_scope(tape, "orthogonality");
    phase->orth = vp_orthogonality(tape, face, pose, &(struct vp_orthogonality_desc){.groups = 2});
    vp_tape_keep(tape, phase->orth);
    vp_tape_seed(tape, phase->orth, &phase->seed_orth);
}
