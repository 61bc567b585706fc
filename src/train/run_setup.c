/* Setting up a run: loader, graphs, the memory estimate, device memory, initial or resumed state. */
#include "train/run.h"
#include "train/settings.h"
#include "vkpcl/file.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/tune.h"
#include <stdlib.h>
#include <string.h>

enum { SMALL_UPLOADS = 16 << 20 }; /* blocks of augmentation, permutations and step blocks of two iterations, amply */

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static void open_loader(struct vp_run *run, struct vp_loader_settings *settings) {
    const struct vp_config *config = run->config;
    /* recon and face use the first B images of a step, pose the first P. */
    run->batch_images = larger(config->data.batch, config->data.pose_batch);
    *settings = (struct vp_loader_settings){.seed = (uint64_t)config->train.seed,
                                            .batch = config->data.batch,
                                            .images = (int)run->batch_images,
                                            .max_side = 4 * config->model.size,
                                            .grey = config->data.grey,
                                            .threads = config->data.workers,
                                            .max_broken = config->data.max_broken,
                                            .cache_bytes = VP_LOADER_CACHE_BYTES};
    run->loader = vp_loader_create(run->request->source, settings);
    run->steps_per_epoch = vp_loader_steps_per_epoch(run->loader);
    run->iterations =
        config->train.iterations > 0 ? config->train.iterations : config->train.epochs * run->steps_per_epoch;
}

static void make_schedule(struct vp_run *run) {
    const struct vp_config *config = run->config;
    run->schedule =
        (struct vp_schedule){.kind = config->optimizer.schedule == VP_SCHEDULE_CONSTANT ? VP_LR_CONSTANT : VP_LR_COSINE,
                             .lr = config->optimizer.lr,
                             .epochs = (run->iterations + run->steps_per_epoch - 1) / run->steps_per_epoch,
                             .iterations_per_epoch = run->steps_per_epoch,
                             .warmup_iterations = config->optimizer.warmup,
                             .every_iteration = config->optimizer.schedule_unit == VP_UNIT_ITERATION};
}

/* Automatic micro-batches: a resumed run goes on with those it had, for the sake of its bits. */
static int64_t wanted_micro_batch(const struct vp_run *run) {
    if (run->config->train.micro_batch > 0) return run->config->train.micro_batch;
    return run->request->resume ? vp_checkpoint_micro_batch(run->request->folder) : VP_MICRO_BATCH_CHOOSE;
}

/* Everything is planned before the first byte of device memory is taken. */
static enum vp_status make_phases(struct vp_run *run, const struct vp_loader_settings *loader, struct vp_error *err) {
    struct vp_phase_settings settings = vp_settings_from_config(run->config);
    settings.device_inputs = true;
    settings.keep_inputs = run->request->dump_inputs != NULL;
    settings.sources = run->batch_images;
    settings.pixel_bytes = (int64_t)vp_loader_capacity(loader);
    run->params = vp_params_create();
    vp_model_add_params(run->params, &settings.model);
    vp_phase_shared_prepare(&run->shared, run->gpu, run->params, &settings);
    bool wanted[VP_PHASES];
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES; kind++) wanted[kind] = vp_settings_has_phase(run->config, kind);
    enum vp_status status = vp_run_build_phases(run, wanted, wanted_micro_batch(run), err);
    if (status != VP_OK) return status;

    struct vp_plan plans[VP_PHASES] = {{0}};
    for (int i = 0; i < VP_PHASES; i++)
        if (run->phase[i]) plans[i] = run->phase[i]->plan;
    status = vp_params_allocate(run->params, run->gpu, true, err);
    if (status == VP_OK) status = vp_phase_shared_allocate(&run->shared, err);
    if (status == VP_OK) status = vp_tape_memory_init(&run->memory, run->gpu, plans, VP_PHASES, err);
    for (int i = 0; status == VP_OK && i < VP_PHASES; i++)
        if (run->phase[i]) status = vp_phase_bind(run->phase[i], &run->memory, err);
    /* The host is at most one iteration ahead: with room for two and their small tables, it never waits to upload. */
    if (status == VP_OK)
        status = vp_gpu_reserve_uploads(run->gpu, 2 * (uint64_t)settings.pixel_bytes + SMALL_UPLOADS, err);
    if (status == VP_ERR_OUT_OF_MEMORY)
        vp_fail_context(err, "the device has less memory than it says, --memory-limit MIB makes training use less");
    return status;
}

enum vp_status vp_run_setup(struct vp_run *run, struct vp_error *err) {
    enum vp_status status = vp_settings_check(run->config, err);
    if (status != VP_OK) return status;
    struct vp_loader_settings loader;
    open_loader(run, &loader);
    make_schedule(run);
    /* A resumed run goes on with the kernels it had. */
    int answered, open;
    if (!run->request->resume)
        status = vp_tune_training(run->gpu, run->config, 0, run->request->log, &answered, &open, err);
    if (status == VP_OK) status = make_phases(run, &loader, err);
    if (status == VP_OK) status = vp_params_init(run->params, (uint64_t)run->config->train.seed, err);
    vp_run_scales_init(run);
    if (status == VP_OK && run->request->resume) status = vp_checkpoint_load(run, err);
    if (status != VP_OK) return status;
    run->report = calloc((size_t)(ADAM_REPORT_HEADER + run->shared.adam.parameters), sizeof *run->report);
    vp_assert(run->report, "no host memory for %d parameters", run->shared.adam.parameters);
    run->first_iteration = run->iteration;
    vp_loader_seek(run->loader, (uint32_t)run->iteration);
    /* Nothing is left behind before all that can be wrong with settings and memory is known to be right. */
    if (!run->request->resume) status = vp_make_folder(run->request->folder, err);
    return status == VP_OK ? vp_report_open(run, err) : status;
}

void vp_run_fini(struct vp_run *run) {
    vp_report_close(run);
    for (int i = 0; i < VP_PHASES; i++) vp_phase_destroy(run->phase[i]);
    vp_tape_memory_fini(&run->memory);
    if (run->shared.gpu) vp_phase_shared_fini(&run->shared);
    vp_params_destroy(run->params);
    vp_loader_destroy(run->loader);
    free(run->report);
}
