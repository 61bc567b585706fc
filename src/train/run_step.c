/* One iteration: inputs up, three phases enqueued, the results of the iteration before taken in. The host never waits
 * for the phases it has just enqueued. */
#include "train/run.h"
#include "vkpcl/ops/adam.h"
#include <math.h>
#include <string.h>

/* A value that moves linearly from `start` to `end` over the first `span` iterations. */
static double ramp(double start, double end, int64_t span, int64_t iteration) {
    return iteration >= span ? end : start + (end - start) * (double)iteration / (double)span;
}

/* The same; start 0: always `end`. */
static double ramp_if_set(double start, double end, int64_t span, int64_t iteration) {
    return start > 0 ? ramp(start, end, span, iteration) : end;
}

double vp_run_temperature(const struct vp_run *run, int64_t iteration) {
    const struct vp_config *config = run->config;
    return ramp_if_set(config->loss.temperature_start, config->loss.temperature, config->loss.temperature_iterations,
                       iteration);
}

double vp_run_crop(const struct vp_run *run, int64_t iteration) {
    const struct vp_config *config = run->config;
    return ramp_if_set(config->augment.crop_start, config->augment.crop, config->augment.crop_iterations, iteration);
}

double vp_run_gradient_share(const struct vp_run *run, int64_t iteration) {
    const struct vp_config *config = run->config;
    return ramp(0, config->augment.gradient_p, config->augment.gradient_iterations, iteration);
}

void vp_run_weights(const struct vp_run *run, double weight[VP_PHASES]) {
    double dynamic[VP_DWA_LOSSES];
    vp_dwa_weights(&run->dwa, dynamic);
    bool fixed = run->config->loss.weights == VP_WEIGHTS_FIXED;
    weight[VP_PHASE_RECON] = 1;
    weight[VP_PHASE_FACE] = fixed ? run->config->loss.weight_face : dynamic[VP_DWA_FACE];
    weight[VP_PHASE_POSE] = fixed ? run->config->loss.weight_pose : dynamic[VP_DWA_POSE];
}

/* The tensors of a phase that are read back; returns how many. */
static int result_tensors(const struct vp_phase *phase, const struct vp_tensor *results[3]) {
    int count = 0;
    const struct vp_tensor *all[] = {phase->report, phase->kind == VP_PHASE_RECON ? phase->l1 : phase->loss,
                                     phase->kind == VP_PHASE_RECON ? phase->orth : phase->accuracy};
    for (int i = 0; i < 3; i++)
        if (all[i]) results[count++] = all[i];
    return count;
}

static enum vp_status begin_readbacks(struct vp_run *run, struct vp_error *err) {
    for (int i = 0; i < VP_PHASES; i++) {
        if (!run->phase[i]) continue;
        const struct vp_tensor *results[3];
        int count = result_tensors(run->phase[i], results);
        for (int j = 0; j < count; j++) {
            enum vp_status status =
                vp_gpu_readback_begin(run->gpu, vp_tensor_range(results[j]), &run->readback[i][j], err);
            if (status != VP_OK) return status;
        }
    }
    run->pending = true;
    run->pending_iteration = run->iteration;
    return VP_OK;
}

static bool losses_finite(const struct vp_metrics *metrics, enum vp_phase_kind kind) {
    if (kind != VP_PHASE_RECON) return isfinite(metrics->loss[kind]);
    float sum = metrics->orth[0] + metrics->orth[1];
    for (int i = 0; i < 4; i++) sum += metrics->l1[i];
    return isfinite(sum);
}

/* A gradient that is not finite ends the run before anything is believed, unless a smaller loss scale can help. The
 * device has left the parameters alone in that step. */
static enum vp_status check_report(struct vp_run *run, enum vp_phase_kind kind, struct vp_metrics *metrics,
                                   struct vp_error *err) {
    uint32_t first = run->report[ADAM_REPORT_FIRST];
    if (vp_run_scales_note(run, kind, first == ADAM_NONE, losses_finite(metrics, kind))) return VP_OK;
    return vp_fail(err, VP_ERR_NONFINITE,
                   "iteration %lld, phase %s: the gradient of %s holds NaN or infinity (%u elements in all parameters "
                   "together); nothing of this iteration was saved. Go on from the last checkpoint with a lower "
                   "optimizer.lr, or with optimizer.clip or optimizer.warmup",
                   (long long)run->pending_iteration, vp_phase_name(kind), run->params->list[first].name,
                   run->report[ADAM_REPORT_COUNT]);
}

static enum vp_status end_readbacks(struct vp_run *run, struct vp_metrics *metrics, struct vp_error *err) {
    *metrics = (struct vp_metrics){0};
    enum vp_status status = VP_OK, finite = VP_OK;
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES; kind++) {
        const struct vp_phase *phase = run->phase[kind];
        if (!phase) continue;
        const struct vp_tensor *results[3];
        int count = result_tensors(phase, results);
        for (int j = 0; j < count && status == VP_OK; j++) {
            void *to = results[j] == phase->report ? (void *)run->report
                       : results[j] == phase->l1   ? (void *)metrics->l1
                       : results[j] == phase->orth ? (void *)metrics->orth
                       : results[j] == phase->loss ? (void *)&metrics->loss[kind]
                                                   : (void *)&metrics->accuracy[kind];
            status = vp_gpu_readback_end(run->gpu, run->readback[kind][j], to, err);
        }
        if (status != VP_OK) return status;
        memcpy(&metrics->norm[kind], &run->report[ADAM_REPORT_NORM], sizeof(float));
        if (!isfinite(metrics->norm[kind])) metrics->norm[kind] = NAN; /* of a skipped step */
        if (finite == VP_OK) finite = check_report(run, kind, metrics, err);
    }
    return finite;
}

enum vp_status vp_run_drain(struct vp_run *run, struct vp_error *err) {
    if (!run->pending) return VP_OK;
    struct vp_metrics metrics;
    run->pending = false;
    enum vp_status status = end_readbacks(run, &metrics, err);
    if (status != VP_OK) return status;
    /* The report tells the weights that the iteration had, so it comes before the epoch ends. */
    status = vp_report_iteration(run, run->pending_iteration, &metrics, err);
    vp_dwa_add(&run->dwa, (double)metrics.loss[VP_PHASE_FACE], (double)metrics.loss[VP_PHASE_POSE]);
    if ((run->pending_iteration + 1) % run->steps_per_epoch == 0) vp_dwa_end_epoch(&run->dwa);
    return status;
}

/* The weights of a new epoch need the losses of the whole one before. Phase recon has a fixed weight: it keeps the
 * device busy while the host waits for them. */
static bool waits_for_losses(const struct vp_run *run, enum vp_phase_kind kind) {
    return kind != VP_PHASE_RECON && run->iteration % run->steps_per_epoch == 0;
}

static enum vp_status enqueue_phases(struct vp_run *run, const struct vp_loader_batch *batch, struct vp_error *err) {
    const struct vp_config *config = run->config;
    struct vp_range pixels = {run->shared.pixels.block, run->shared.pixels.offset, batch->pixel_bytes};
    enum vp_status status = vp_gpu_upload(run->gpu, pixels, batch->pixels, err);
    if (status == VP_OK) status = vp_gpu_upload(run->gpu, run->shared.sources, batch->sources, err);
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES && status == VP_OK; kind++) {
        struct vp_phase *phase = run->phase[kind];
        if (!phase) continue;
        if (waits_for_losses(run, kind)) status = vp_run_drain(run, err);
        if (status != VP_OK) break;
        double weight[VP_PHASES];
        vp_run_weights(run, weight);
        struct vp_phase_step step = {.lr = vp_schedule_lr(&run->schedule, run->iteration),
                                     .weight = weight[kind],
                                     .scale = run->scales.of[kind].scale,
                                     .temperature = vp_run_temperature(run, run->iteration),
                                     .clip = config->optimizer.clip,
                                     .update_unused = config->optimizer.update_unused,
                                     .seed = (uint64_t)config->train.seed,
                                     .stream = vp_run_stream(run, kind)};
        status = vp_run_upload_inputs(run, phase, batch, err);
        if (status == VP_OK) status = vp_phase_run(phase, &run->shared, &step, err);
    }
    return status;
}

enum vp_status vp_run_iteration(struct vp_run *run, struct vp_error *err) {
    struct vp_loader_batch batch;
    vp_run_scales_settle(run);
    enum vp_status status = vp_loader_next(run->loader, &batch, err);
    if (status == VP_OK) status = enqueue_phases(run, &batch, err);
    if (status == VP_OK) status = vp_run_drain(run, err); /* of the iteration before */
    if (status == VP_OK) status = begin_readbacks(run, err);
    if (status == VP_OK) run->iteration++;
    return status;
}
