/* The random choices of an iteration: which views, which permutation. Pure functions of seed and iteration. */
#include "train/run.h"
#include "vkpcl/rng.h"

/* Face and pose draw from streams of their own. */
static uint32_t stream_step(int64_t iteration, enum vp_phase_kind kind) {
    return (uint32_t)(2 * iteration + (kind == VP_PHASE_POSE));
}

uint64_t vp_run_stream(const struct vp_run *run, enum vp_phase_kind kind) {
    return kind == VP_PHASE_RECON ? vp_rng_stream(VP_RNG_NOISE, (uint32_t)run->iteration)
                                  : vp_rng_stream(VP_RNG_MIX, stream_step(run->iteration, kind));
}

struct vp_augment_settings vp_run_augment(const struct vp_run *run) {
    struct vp_augment_settings settings = vp_augment_released();
    settings.crop_share = vp_run_crop(run, run->iteration);
    settings.jitter = run->config->augment.jitter_p;
    settings.grey = run->config->augment.grey_p;
    settings.blur = run->config->augment.blur_p;
    settings.mirror = run->config->augment.mirror_p;
    settings.gradient = vp_run_gradient_share(run, run->iteration);
    return settings;
}

/* Which image and which kind of view stands in a row of the phase's images (phase.h names the order). */
static struct vp_augment_draw row_draw(const struct vp_phase *phase, int64_t row) {
    const struct vp_phase_settings *settings = &phase->settings;
    int64_t batch = phase->kind == VP_PHASE_POSE ? settings->pose_batch : settings->batch;
    int64_t view = row / batch;
    struct vp_augment_draw draw = {.image = (uint32_t)(row % batch)};
    if (phase->kind == VP_PHASE_RECON) {
        draw.kind = view == 0 ? VP_AUGMENT_PLAIN : VP_AUGMENT_PLAIN_MIRROR;
    } else if (phase->kind == VP_PHASE_FACE) {
        draw.kind = view == 0 ? VP_AUGMENT_FACE_VIEW1 : VP_AUGMENT_FACE_VIEW2;
    } else if (view < 2) {
        draw.kind = VP_AUGMENT_POSE_VIEW;
        draw.view = (uint32_t)view;
    } else {
        int64_t negative = row - 2 * batch;
        draw.kind = VP_AUGMENT_POSE_NEGATIVE;
        draw.image = (uint32_t)(negative / settings->negatives);
        draw.view = (uint32_t)(negative % settings->negatives);
    }
    draw.source = draw.image;
    return draw;
}

static enum vp_status upload_blocks(struct vp_run *run, struct vp_phase *phase, const struct vp_loader_batch *batch,
                                    struct vp_error *err) {
    struct vp_augment_settings settings = vp_run_augment(run);
    struct vp_augment_block *blocks = phase->host_blocks;
    for (int64_t row = 0; row < phase->rows; row++) {
        struct vp_augment_draw draw = row_draw(phase, row);
        draw.seed = (uint64_t)run->config->train.seed;
        draw.step = (uint32_t)run->iteration;
        draw.width = batch->sources[draw.source].width;
        draw.height = batch->sources[draw.source].height;
        blocks[row] = vp_augment_draw(&settings, &draw);
    }
    return vp_tensor_upload(phase->tape, phase->augment.blocks, blocks, err);
}

static enum vp_status upload_permutation(struct vp_run *run, struct vp_phase *phase, struct vp_error *err) {
    uint32_t count = (uint32_t)vp_shape_count(phase->perm->shape);
    uint32_t *perm = phase->host_perm;
    vp_rng_permutation((uint64_t)run->config->train.seed,
                       vp_rng_stream(VP_RNG_PERMUTATION, stream_step(run->iteration, phase->kind)), 0, count, perm);
    return vp_tensor_upload(phase->tape, phase->perm, perm, err);
}

enum vp_status vp_run_upload_inputs(struct vp_run *run, struct vp_phase *phase, const struct vp_loader_batch *batch,
                                    struct vp_error *err) {
    enum vp_status status = upload_blocks(run, phase, batch, err);
    return status == VP_OK && phase->perm ? upload_permutation(run, phase, err) : status;
}
