/* What the phases share: the step block, Adam behind the backward pass, planning, and running one step. */
#include "vkpcl/phase.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/ops/random.h"
#include "vkpcl/rng.h"
#include <stdlib.h>
#include <string.h>

const char *vp_phase_name(enum vp_phase_kind kind) {
    static const char *const names[VP_PHASES] = {"recon", "face", "pose"};
    return names[kind];
}

void vp_phase_shared_prepare(struct vp_phase_shared *shared, struct vp_gpu *gpu, struct vp_params *params,
                             const struct vp_phase_settings *settings) {
    *shared = (struct vp_phase_shared){.gpu = gpu, .params = params, .settings = *settings};
    struct vp_adam_param *list = calloc((size_t)params->count, sizeof *list);
    vp_assert(list, "no host memory for %d parameters", params->count);
    int trainable = 0;
    for (; trainable < params->count && params->list[trainable].trainable; trainable++) {
        const struct vp_param *param = &params->list[trainable];
        list[trainable] = (struct vp_adam_param){(uint64_t)param->offset, (uint64_t)param->count, true};
    }
    vp_adam_init(&shared->adam, list, trainable, settings->beta1, settings->beta2);
    free(list);
}

/* The blocks that the phases share; what a block of 0 bytes would hold is not needed. */
static int shared_blocks(struct vp_phase_shared *shared, struct vp_range *ranges[4], uint64_t bytes[4]) {
    const struct vp_phase_settings *settings = &shared->settings;
    ranges[0] = &shared->chunks, bytes[0] = 4 * (vp_adam_elements(&shared->adam) / VP_PARAM_ALIGN);
    ranges[1] = &shared->beta, bytes[1] = 4 * (VP_BETA_STEPS + 1);
    ranges[2] = &shared->pixels, bytes[2] = (uint64_t)settings->pixel_bytes;
    ranges[3] = &shared->sources, bytes[3] = 4 * VP_AUGMENT_SOURCE_WORDS * (uint64_t)settings->sources;
    return settings->device_inputs ? 4 : 2;
}

uint64_t vp_phase_shared_bytes(struct vp_phase_shared *shared) {
    struct vp_range *ranges[4];
    uint64_t bytes[4], sum = 0;
    int count = shared_blocks(shared, ranges, bytes);
    for (int i = 0; i < count; i++) sum += bytes[i];
    return sum;
}

enum vp_status vp_phase_shared_allocate(struct vp_phase_shared *shared, struct vp_error *err) {
    static const char *const labels[4] = {"Adam's chunk table", "beta quantiles", "source images",
                                          "table of source images"};
    struct vp_range *ranges[4];
    uint64_t bytes[4];
    int count = shared_blocks(shared, ranges, bytes);
    uint32_t *table = calloc(bytes[0], 1);
    float *beta = calloc(bytes[1], 1);
    vp_assert(table && beta, "no host memory for the chunk table");
    vp_adam_chunks(&shared->adam, table);
    vp_rng_beta_table(shared->settings.beta > 0 ? shared->settings.beta : 1.6, VP_BETA_STEPS, beta);
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < count; i++)
        status = vp_gpu_alloc(shared->gpu, bytes[i], labels[i], ranges[i], err);
    if (status == VP_OK) status = vp_gpu_upload(shared->gpu, shared->chunks, table, err);
    if (status == VP_OK) status = vp_gpu_upload(shared->gpu, shared->beta, beta, err);
    free(table);
    free(beta);
    return status;
}

enum vp_status vp_phase_shared_init(struct vp_phase_shared *shared, struct vp_gpu *gpu, struct vp_params *params,
                                    const struct vp_phase_settings *settings, struct vp_error *err) {
    vp_phase_shared_prepare(shared, gpu, params, settings);
    enum vp_status status = vp_phase_shared_allocate(shared, err);
    if (status != VP_OK) vp_phase_shared_fini(shared);
    return status;
}

void vp_phase_shared_fini(struct vp_phase_shared *shared) {
    struct vp_range ranges[] = {shared->chunks, shared->beta, shared->pixels, shared->sources};
    for (int i = 0; i < 4; i++)
        if (ranges[i].block) vp_gpu_free(shared->gpu, ranges[i]);
    vp_adam_fini(&shared->adam);
    *shared = (struct vp_phase_shared){0};
}

/* Adam behind the backward pass, over the four buffers of all parameters. */
static void emit_adam(struct vp_phase *phase, struct vp_phase_shared *shared) {
    struct vp_params *params = shared->params;
    struct vp_tape *tape = phase->tape;
    struct vp_shape all = vp_shape1(params->trainable_elements);
    struct vp_adam_tensors tensors = {
        .p = vp_tape_external(tape, "parameters", all, VP_F32, &params->value, NULL),
        .g = vp_tape_external(tape, "gradients", all, VP_F32, &params->grad, NULL),
        .m = vp_tape_external(tape, "first moments", all, VP_F32, &params->m, NULL),
        .v = vp_tape_external(tape, "second moments", all, VP_F32, &params->v, NULL),
        .chunks = vp_tape_external(tape, "chunks", vp_shape1(params->trainable_elements / VP_PARAM_ALIGN), VP_U32,
                                   &shared->chunks, NULL),
        .step = vp_tape_external(tape, "Adam's step", vp_shape1(vp_adam_words(&shared->adam)), VP_U32,
                                 &phase->adam_words, NULL)};
    const struct vp_phase_settings *s = &phase->settings;
    vp_tape_scope(tape, "adam");
    phase->report = vp_adam_step(
        tape, &tensors, &(struct vp_adam_desc){shared->adam.parameters, s->beta1, s->beta2, s->eps, s->weight_decay});
    vp_tape_keep(tape, phase->report);
}

struct vp_phase *vp_phase_create(enum vp_phase_kind kind, struct vp_phase_shared *shared,
                                 const struct vp_phase_settings *settings) {
    static void (*const build[VP_PHASES])(struct vp_phase *, struct vp_phase_shared *) = {
        vp_phase_build_recon, vp_phase_build_face, vp_phase_build_pose};
    struct vp_tape *tape = vp_tape_create(shared->gpu, vp_phase_name(kind));
    struct vp_arena *arena = vp_tape_arena(tape);
    struct vp_phase *phase = vp_arena_new(arena, struct vp_phase);
    *phase = (struct vp_phase){.kind = kind, .settings = *settings, .tape = tape};
    vp_tape_set_half(tape, settings->half);
    vp_tape_store_half(tape, settings->half);
    phase->weights = vp_weights_create(shared->params, tape);
    phase->step_count = (uint32_t)(VP_STEP_ADAM + vp_adam_words(&shared->adam));
    phase->step_words = vp_arena_array(arena, uint32_t, phase->step_count);
    build[kind](phase, shared);
    if (settings->device_inputs) {
        phase->host_blocks = vp_arena_array(arena, struct vp_augment_block, phase->rows);
        if (phase->perm) phase->host_perm = vp_arena_array(arena, uint32_t, vp_shape_count(phase->perm->shape));
    }
    vp_tape_backward(tape);
    phase->has_gradient = vp_arena_array(arena, bool, shared->params->count);
    for (int i = 0; i < shared->params->count; i++) phase->has_gradient[i] = vp_weights_has_grad(phase->weights, i);
    emit_adam(phase, shared);
    vp_tape_plan(tape, &phase->plan);
    return phase;
}

void vp_phase_destroy(struct vp_phase *phase) {
    if (!phase) return;
    struct vp_gpu *gpu = vp_tape_gpu(phase->tape);
    struct vp_range step = phase->step;
    vp_tape_destroy(phase->tape); /* the phase itself lives in the tape's arena */
    if (step.block) vp_gpu_free(gpu, step);
}

uint64_t vp_phase_bytes(const struct vp_phase *phase) {
    return phase->plan.pinned_bytes + 4 * (uint64_t)phase->step_count;
}

static struct vp_range part(struct vp_range whole, uint64_t first_word, uint64_t words) {
    return (struct vp_range){whole.block, whole.offset + 4 * first_word, 4 * words};
}

enum vp_status vp_phase_bind(struct vp_phase *phase, const struct vp_tape_memory *memory, struct vp_error *err) {
    struct vp_gpu *gpu = vp_tape_gpu(phase->tape);
    enum vp_status status = vp_gpu_alloc(gpu, 4 * (uint64_t)phase->step_count, "step block", &phase->step, err);
    if (status != VP_OK) return status;
    phase->random = part(phase->step, VP_STEP_RANDOM, VP_STEP_SEED - VP_STEP_RANDOM);
    phase->seed = part(phase->step, VP_STEP_SEED, VP_STEP_SEED_ORTH - VP_STEP_SEED);
    phase->seed_orth = part(phase->step, VP_STEP_SEED_ORTH, VP_STEP_TEMPERATURE - VP_STEP_SEED_ORTH);
    phase->temperature = part(phase->step, VP_STEP_TEMPERATURE, VP_STEP_ADAM - VP_STEP_TEMPERATURE);
    phase->adam_words = part(phase->step, VP_STEP_ADAM, phase->step_count - VP_STEP_ADAM);
    return vp_tape_bind(phase->tape, memory, err);
}

static void put_floats(uint32_t *words, float value, int count) {
    for (int i = 0; i < count; i++) memcpy(&words[i], &value, sizeof value);
}

enum vp_status vp_phase_run(struct vp_phase *phase, struct vp_phase_shared *shared, const struct vp_phase_step *step,
                            struct vp_error *err) {
    uint32_t *words = phase->step_words;
    vp_random_step(step->seed, step->stream, 0, words + VP_STEP_RANDOM);
    double scale = step->scale > 0 ? step->scale : 1;
    put_floats(words + VP_STEP_SEED, (float)(step->weight * scale), 4);
    put_floats(words + VP_STEP_SEED_ORTH, (float)(step->weight * scale), 2);
    put_floats(words + VP_STEP_TEMPERATURE, (float)step->temperature, 1);
    vp_adam_begin(&shared->adam,
                  &(struct vp_adam_phase){.lr = step->lr,
                                          .has_gradient = phase->has_gradient,
                                          .update_unused = step->update_unused,
                                          .inv_scale = 1 / scale,
                                          .clip = step->clip,
                                          .skip_nonfinite = true},
                  words + VP_STEP_ADAM);
    enum vp_status status = vp_gpu_upload(shared->gpu, phase->step, words, err);
    return status == VP_OK ? vp_tape_run(phase->tape, err) : status;
}
