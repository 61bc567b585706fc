/* Phases face and pose: two views of every image must find each other among interpolated negatives. */
#include "vkpcl/ops/infonce.h"
#include "vkpcl/phase.h"

static void keep_results(struct vp_phase *phase, struct vp_infonce result, struct vp_tensor *feature) {
    struct vp_tape *tape = phase->tape;
    phase->loss = result.loss;
    phase->accuracy = result.accuracy;
    phase->feature = feature;
    vp_tape_keep(tape, phase->loss);
    vp_tape_keep(tape, phase->accuracy);
    if (!phase->settings.device_inputs) { /* replay shows everything */
        phase->logits = result.logits;
        vp_tape_keep(tape, phase->logits);
        vp_tape_keep(tape, phase->feature);
    }
    vp_tape_seed(tape, phase->loss, &phase->seed);
}

void vp_phase_build_face(struct vp_phase *phase, struct vp_phase_shared *shared) {
    int64_t batch = phase->settings.batch;
    struct vp_tape *tape = phase->tape;
    phase->rows = 2 * batch;
    phase->images = vp_phase_images(phase, shared, phase->rows, false);
    phase->mix = vp_phase_mix(phase, shared, vp_shape2(2 * batch, 2 * batch - 2));
    phase->perm = vp_tape_input(tape, "perm", vp_shape1(2 * batch - 2), VP_U32, false);
    struct vp_tensor *face;
    vp_phase_encode(phase, phase->images, &face, NULL);
    struct vp_tensor *feature = vp_projection(phase->weights, "exp_fc", face); /* (2B, projection) */
    vp_tape_scope(tape, "infonce");
    keep_results(phase, vp_infonce_face(tape, feature, phase->mix, phase->perm, vp_phase_temperature(phase)), feature);
}

void vp_phase_build_pose(struct vp_phase *phase, struct vp_phase_shared *shared) {
    const struct vp_phase_settings *settings = &phase->settings;
    int64_t anchors = 2 * settings->pose_batch, negatives = settings->pose_batch * settings->negatives;
    struct vp_tape *tape = phase->tape;
    phase->rows = anchors + negatives;
    phase->images = vp_phase_images(phase, shared, phase->rows, false);
    phase->mix = vp_phase_mix(phase, shared, vp_shape2(settings->pose_batch, settings->negatives));
    phase->perm = vp_tape_input(tape, "perm", vp_shape1(settings->negatives), VP_U32, false);
    struct vp_tensor *pose, *part[2];
    vp_phase_encode(phase, phase->images, NULL, &pose);
    /* Anchors and negatives are two calls of the head: each has its own batch statistics. */
    vp_split_rows(tape, pose, 2, (const int64_t[]){anchors, negatives}, part);
    struct vp_tensor *feature = vp_projection(phase->weights, "pose_fc", part[0]);  /* (2P, projection) */
    struct vp_tensor *negative = vp_projection(phase->weights, "pose_fc", part[1]); /* (P*K, projection) */
    vp_tape_scope(tape, "infonce");
    keep_results(phase,
                 vp_infonce_pose(tape, feature, negative, phase->mix, phase->perm, vp_phase_temperature(phase),
                                 settings->mixed_negatives ? VP_INFONCE_MIXED : VP_INFONCE_OWN),
                 feature);
}
