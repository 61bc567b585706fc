/* Whole iterations: the three phases as a run has them, on pixels that only the benchmark knows. */
#include "bench/measure.h"
#include "train/run.h"
#include "train/settings.h"
#include "vkpcl/clock.h"
#include "vkpcl/rng.h"
#include <stdlib.h>
#include <string.h>

enum { SOURCE_SIDE = 160 };

/* Pixels of the step's source images, noise all over. */
static struct vp_loader_batch draw_batch(int images, struct vp_augment_source **sources, uint32_t **pixels) {
    size_t bytes = 3 * SOURCE_SIDE * SOURCE_SIDE; /* a multiple of 4 */
    *sources = calloc((size_t)images, sizeof **sources);
    *pixels = calloc((size_t)images, bytes);
    vp_assert(*sources && *pixels, "out of host memory for %d images", images);
    for (int i = 0; i < images; i++)
        (*sources)[i] = (struct vp_augment_source){(uint32_t)(bytes * (size_t)i), SOURCE_SIDE, SOURCE_SIDE, 0};
    for (size_t i = 0; i < bytes / 4 * (size_t)images; i++) (*pixels)[i] = (uint32_t)i * 2654435761u;
    return (struct vp_loader_batch){.images = images,
                                    .pixels = (unsigned char *)*pixels,
                                    .pixel_bytes = bytes * (size_t)images,
                                    .sources = *sources};
}

static enum vp_status setup(struct vp_run *run, const struct vp_loader_batch *batch, struct vp_bench_step *step,
                            struct vp_error *err) {
    struct vp_phase_settings settings = vp_settings_from_config(run->config);
    settings.device_inputs = true;
    settings.sources = batch->images;
    settings.pixel_bytes = (int64_t)batch->pixel_bytes;
    run->params = vp_params_create();
    vp_model_add_params(run->params, &settings.model);
    double begun = vp_clock_process();
    vp_phase_shared_prepare(&run->shared, run->gpu, run->params, &settings);
    const bool all[VP_PHASES] = {true, true, true};
    const int micro_batch = run->config->train.micro_batch;
    enum vp_status status = vp_run_build_phases(run, all, micro_batch > 0 ? micro_batch : VP_MICRO_BATCH_CHOOSE, err);
    if (status != VP_OK) return status;
    struct vp_plan plans[VP_PHASES];
    for (int i = 0; i < VP_PHASES; i++) {
        plans[i] = run->phase[i]->plan;
        step->flops += plans[i].flops;
        step->launches += plans[i].launches;
    }
    step->micro_batch = (int)run->micro_batch;
    step->build_cpu_ms = 1e3 * (vp_clock_process() - begun);
    begun = vp_clock_process();
    status = vp_params_allocate(run->params, run->gpu, true, err);
    if (status == VP_OK) status = vp_params_init(run->params, 1, err);
    if (status == VP_OK) status = vp_phase_shared_allocate(&run->shared, err);
    if (status == VP_OK) status = vp_tape_memory_init(&run->memory, run->gpu, plans, VP_PHASES, err);
    for (int i = 0; status == VP_OK && i < VP_PHASES; i++) status = vp_phase_bind(run->phase[i], &run->memory, err);
    step->bind_cpu_ms = 1e3 * (vp_clock_process() - begun);
    step->memory = vp_gpu_memory_used(run->gpu);
    return status;
}

static enum vp_status enqueue(struct vp_run *run, const struct vp_loader_batch *batch, struct vp_error *err) {
    enum vp_status status = vp_gpu_upload(run->gpu, run->shared.pixels, batch->pixels, err);
    if (status == VP_OK) status = vp_gpu_upload(run->gpu, run->shared.sources, batch->sources, err);
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES && status == VP_OK; kind++) {
        const struct vp_phase_step settings = {.lr = 1e-5,
                                               .weight = 1,
                                               .temperature = vp_run_temperature(run, run->iteration),
                                               .seed = 1,
                                               .stream = vp_run_stream(run, kind)};
        status = vp_run_upload_inputs(run, run->phase[kind], batch, err);
        if (status == VP_OK) status = vp_phase_run(run->phase[kind], &run->shared, &settings, err);
    }
    run->iteration++;
    return status;
}

/* One iteration to its end, as the device sees it; the host's part ends when everything is enqueued. */
static enum vp_status iterate(struct vp_run *run, const struct vp_loader_batch *batch, double ms[3],
                              struct vp_error *err) {
    double wall = vp_clock_wall(), process = vp_clock_process(), thread = vp_clock_thread();
    enum vp_status status = enqueue(run, batch, err);
    ms[2] = 1e3 * (vp_clock_thread() - thread);
    if (status == VP_OK) status = vp_gpu_wait(run->gpu, err);
    ms[0] = 1e3 * (vp_clock_wall() - wall);
    ms[1] = 1e3 * (vp_clock_process() - process);
    return status;
}

static enum vp_status losses(struct vp_run *run, struct vp_bench_step *step, struct vp_error *err) {
    float l1[4];
    struct vp_phase **phase = run->phase;
    enum vp_status status = vp_tensor_download(phase[VP_PHASE_RECON]->tape, phase[VP_PHASE_RECON]->l1, l1, err);
    if (status == VP_OK)
        status = vp_tensor_download(phase[VP_PHASE_FACE]->tape, phase[VP_PHASE_FACE]->loss, &step->face, err);
    if (status == VP_OK)
        status = vp_tensor_download(phase[VP_PHASE_POSE]->tape, phase[VP_PHASE_POSE]->loss, &step->pose, err);
    if (status == VP_OK) step->l1 = 0.25f * (l1[0] + l1[1] + l1[2] + l1[3]);
    return status;
}

static int count_barriers(const struct vp_run *run) {
    int barriers = 0;
    for (int i = 0; i < VP_PHASES; i++)
        if (run->phase[i]) barriers += vp_program_barriers(vp_tape_program(run->phase[i]->tape));
    return barriers;
}

static enum vp_status measure(struct vp_run *run, const struct vp_loader_batch *batch, struct vp_bench_step *step,
                              struct vp_error *err) {
    double *samples = calloc(3 * (size_t)step->iterations, sizeof *samples), ms[3];
    vp_assert(samples, "out of host memory for %d iterations", step->iterations);
    double *wall = samples, *cpu = wall + step->iterations, *host = cpu + step->iterations;
    enum vp_status status = iterate(run, batch, ms, err); /* the second run still teaches the cut */
    vp_gpu_profile_reset(run->gpu);
    for (int i = 0; i < step->iterations && status == VP_OK; i++) {
        status = iterate(run, batch, ms, err);
        wall[i] = ms[0], cpu[i] = ms[1], host[i] = ms[2];
    }
    if (status == VP_OK) {
        step->wall = vp_bench_summary(wall, step->iterations);
        step->cpu = vp_bench_summary(cpu, step->iterations);
        step->host_ms = vp_bench_summary(host, step->iterations).median;
        step->barriers = count_barriers(run);
        status = losses(run, step, err);
    }
    free(samples);
    return status;
}

enum vp_status vp_bench_step(struct vp_gpu *gpu, const struct vp_config *config, int iterations,
                             struct vp_bench_step *step, struct vp_error *err) {
    *step = (struct vp_bench_step){.iterations = iterations};
    const struct vp_pretrain_request request = {0}; /* silent, nobody to stop it */
    struct vp_run run = {.config = config, .gpu = gpu, .request = &request};
    struct vp_augment_source *sources;
    uint32_t *pixels;
    int images = config->data.batch > config->data.pose_batch ? config->data.batch : config->data.pose_batch;
    const struct vp_loader_batch batch = draw_batch(images, &sources, &pixels);
    enum vp_status status = vp_settings_check(config, err);
    double begun = vp_clock_wall(), ms[3] = {0};
    if (status == VP_OK) status = setup(&run, &batch, step, err);
    if (status == VP_OK) status = iterate(&run, &batch, ms, err);
    step->first_cpu_ms = ms[1];
    step->start_ms = 1e3 * (vp_clock_wall() - begun);
    if (status == VP_OK) status = measure(&run, &batch, step, err);
    vp_run_fini(&run);
    free(sources);
    free(pixels);
    return status;
}
