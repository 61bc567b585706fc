/* Where a phase's images and random numbers come from: uploaded, or made on the device. */
#include "vkpcl/ops/random.h"
#include "vkpcl/phase.h"

struct vp_tensor *vp_phase_images(struct vp_phase *phase, struct vp_phase_shared *shared, int64_t rows, bool plain) {
    const struct vp_phase_settings *settings = &phase->settings;
    struct vp_tape *tape = phase->tape;
    int64_t size = settings->model.size;
    if (!settings->device_inputs) return vp_tape_input(tape, "images", vp_shape4(rows, size, size, 3), VP_F32, false);
    phase->augment = (struct vp_augment_tensors){
        .pixels = vp_tape_external(tape, "pixels", vp_shape1(settings->pixel_bytes), VP_U8, &shared->pixels, NULL),
        .sources = vp_tape_external(tape, "sources", vp_shape2(settings->sources, VP_AUGMENT_SOURCE_WORDS), VP_U32,
                                    &shared->sources, NULL),
        .blocks = vp_tape_input(tape, "blocks", vp_shape2(rows, VP_AUGMENT_BLOCK_WORDS), VP_U32, false)};
    vp_tape_scope(tape, "augment");
    struct vp_tensor *images = vp_augment(tape, "images", &phase->augment, (int)size, plain);
    if (settings->keep_inputs) vp_tape_keep(tape, images);
    return images;
}

/* The first words of the step block hold seed and stream of the phase's one random tensor. */
static struct vp_random_desc random_desc(struct vp_phase *phase) {
    struct vp_tensor *step =
        vp_tape_external(phase->tape, "random words", vp_shape1(VP_RANDOM_STEP_WORDS), VP_U32, &phase->random, NULL);
    return (struct vp_random_desc){.step = step};
}

struct vp_tensor *vp_phase_normal(struct vp_phase *phase, const char *name, struct vp_shape shape) {
    if (!phase->settings.device_inputs) return vp_tape_input(phase->tape, name, shape, VP_F32, false);
    struct vp_random_desc desc = random_desc(phase);
    struct vp_tensor *normal = vp_random_normal(phase->tape, name, shape, &desc);
    if (phase->settings.keep_inputs) vp_tape_keep(phase->tape, normal);
    return normal;
}

struct vp_tensor *vp_phase_mix(struct vp_phase *phase, struct vp_phase_shared *shared, struct vp_shape shape) {
    if (!phase->settings.device_inputs) return vp_tape_input(phase->tape, "mix", shape, VP_F32, false);
    struct vp_random_desc desc = random_desc(phase);
    struct vp_tensor *table =
        vp_tape_external(phase->tape, "beta quantiles", vp_shape1(VP_BETA_STEPS + 1), VP_F32, &shared->beta, NULL);
    struct vp_tensor *mix = vp_random_beta(phase->tape, "mix", shape, table, &desc);
    if (phase->settings.keep_inputs) vp_tape_keep(phase->tape, mix);
    return mix;
}

struct vp_tensor *vp_phase_temperature(struct vp_phase *phase) {
    return vp_tape_external(phase->tape, "temperature", vp_shape1(1), VP_F32, &phase->temperature, NULL);
}
