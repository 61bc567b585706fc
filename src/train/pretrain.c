/* The loop of a run: iterate, save, look, until the end, a limit or a wish to stop. */
#include "vkpcl/pretrain.h"
#include "train/run.h"

static bool due(int64_t iteration, int every) {
    return every > 0 && iteration % every == 0;
}

/* Everything that happens between iterations. Saving and drawing first take in the results of the last one. */
static enum vp_status between(struct vp_run *run, bool last, struct vp_error *err) {
    const struct vp_config *config = run->config;
    bool save = last || due(run->iteration, config->checkpoint.every);
    bool look = vp_run_look_due(run, last);
    bool draw = run->phase[VP_PHASE_RECON] && (last || due(run->iteration, config->sample.every));
    enum vp_status status = VP_OK;
    if (run->request->dump_inputs) status = vp_run_dump_inputs(run, run->iteration - 1, err);
    if (status == VP_OK && look) status = vp_run_look(run, last, err); /* before the line that shows it */
    if (status == VP_OK && (save || draw || look)) status = vp_run_drain(run, err);
    if (status == VP_OK && draw) status = vp_run_write_samples(run, err);
    if (status == VP_OK && save) status = vp_checkpoint_save(run, err);
    if (status == VP_OK && run->request->progress && (draw || due(run->iteration, config->log.every)))
        run->request->progress(run->request->context);
    return status;
}

static enum vp_status loop(struct vp_run *run, struct vp_error *err) {
    const struct vp_pretrain_request *request = run->request;
    double begun = run->monitor.began = vp_clock_wall();
    if (request->monitor && run->iteration < run->iterations) { /* what the weights are worth before the first step */
        enum vp_status status = vp_run_look(run, false, err);
        if (status != VP_OK) return status;
    }
    while (run->iteration < run->iterations) {
        enum vp_status status = vp_run_measured_iteration(run, err);
        if (status != VP_OK) return status;
        bool stop = request->stop && request->stop(request->context);
        bool late = request->time_limit > 0 && vp_clock_wall() - begun >= request->time_limit;
        status = between(run, stop || late || run->iteration == run->iterations, err);
        if (status != VP_OK) return status;
        if (stop)
            return vp_fail(err, VP_ERR_INTERRUPTED, "stopped after iteration %lld of %lld; everything is saved",
                           (long long)run->iteration, (long long)run->iterations);
        if (late) {
            vp_log(request->log, VP_LOG_INFO, "time limit reached after iteration %lld of %lld; everything is saved",
                   (long long)run->iteration, (long long)run->iterations);
            return VP_OK;
        }
    }
    return VP_OK;
}

static enum vp_status write_broken(const struct vp_run *run, struct vp_error *err) {
    if (!run->loader || !vp_loader_broken(run->loader)) return VP_OK;
    char path[4096];
    snprintf(path, sizeof path, "%s/broken.txt", run->request->folder);
    vp_log(run->request->log, VP_LOG_WARN, "%u images could not be read and were skipped; they are listed in %s",
           vp_loader_broken(run->loader), path);
    return vp_loader_write_broken(run->loader, path, err);
}

enum vp_status vp_pretrain(struct vp_gpu *gpu, const struct vp_config *config,
                           const struct vp_pretrain_request *request, struct vp_error *err) {
    struct vp_run run = {.config = config, .request = request, .gpu = gpu};
    enum vp_status status = vp_run_setup(&run, err);
    if (status == VP_OK && request->dump_inputs && run.iteration == 0) status = vp_run_dump_init(&run, err);
    if (status == VP_OK) {
        char path[4096];
        snprintf(path, sizeof path, "%s/config.yaml", request->folder);
        status = vp_config_write(config, path, err);
    }
    if (status == VP_OK) status = vp_facts_open(&run, err);
    if (status == VP_OK) status = loop(&run, err);
    if (status == VP_OK || status == VP_ERR_INTERRUPTED) vp_report_scales(&run), vp_report_host(&run);
    struct vp_error ignored;
    enum vp_status kept = vp_facts_close(&run, status, status == VP_OK ? err : &ignored);
    if (status == VP_OK) status = kept;
    write_broken(&run, status == VP_OK ? err : &ignored);
    vp_run_fini(&run);
    return status;
}
