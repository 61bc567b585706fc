/* What people see: the model and data lines, one aligned line a report, a live bar on a terminal, and log.tsv. */
#include "train/run.h"
#include <stdlib.h>
#include <string.h>

/* "1h02m" or "3m20s"; returns buffer. */
static const char *duration(double seconds, char buffer[32]) {
    long s = seconds > 0 ? (long)(seconds + 0.5) : 0;
    if (s >= 86400)
        snprintf(buffer, 32, "%ldd%02ldh", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        snprintf(buffer, 32, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else
        snprintf(buffer, 32, "%ldm%02lds", s / 60, s % 60);
    return buffer;
}

void vp_report_model(const struct vp_run *run) {
    const struct vp_config *config = run->config;
    double flops = 0;
    int launches = 0;
    for (int i = 0; i < VP_PHASES; i++) {
        if (!run->phase[i]) continue;
        flops += run->phase[i]->plan.flops;
        launches += run->phase[i]->plan.launches;
    }
    const struct vp_log *log = run->request->log;
    vp_log(log, VP_LOG_INFO, "model: width %g, %d px, %lld parameters", config->model.width, config->model.size,
           (long long)run->params->parameter_count);
    vp_log(log, VP_LOG_INFO,
           "iteration: batch %d, pose batch %d with %d negatives each; %d launches, %.1f GFLOP; %lld iterations, "
           "%lld to an epoch",
           config->data.batch, config->data.pose_batch, config->data.pose_negatives, launches, flops * 1e-9,
           (long long)run->iterations, (long long)run->steps_per_epoch);
}

static const char columns[] = "iteration\tepoch\tl1\torth\tface\tface_accuracy\tpose\tpose_accuracy\tweight_face\t"
                              "weight_pose\tlr\ttemperature\tnorm_recon\tnorm_face\tnorm_pose\tseconds";

enum vp_status vp_report_open(struct vp_run *run, struct vp_error *err) {
    char path[4096];
    snprintf(path, sizeof path, "%s/log.tsv", run->request->folder);
    enum vp_status status = run->request->resume ? vp_log_truncate(path, run->iteration, err) : VP_OK;
    if (status != VP_OK) return status;
    run->log_file = fopen(path, run->request->resume ? "ab" : "wb");
    if (!run->log_file) return vp_fail(err, VP_ERR_IO, "cannot write %s", path);
    bool is_new = ftell(run->log_file) == 0;
    if (is_new) fputs(columns, run->log_file), vp_run_scales_head(run);
    vp_monitor_open_log(run, is_new ? NULL : path);
    char monitored[VP_MONITOR_TEXT];
    vp_monitor_names(run, monitored);
    vp_log(run->request->log, VP_LOG_INFO,
           "iteration | epoch |     L1 |   orth |   face |  acc |   pose |  acc | w face | w pose |       lr |      ms "
           "| images/s | left%s%s",
           vp_run_scales_title(run), monitored);
    run->started = vp_clock_wall();
    return VP_OK;
}

void vp_report_close(struct vp_run *run) {
    if (run->log_file) fclose(run->log_file);
    run->log_file = NULL;
}

static void add_metrics(struct vp_report_sums *sums, const struct vp_metrics *m) {
    sums->l1 += ((double)m->l1[0] + (double)m->l1[1] + (double)m->l1[2] + (double)m->l1[3]) / 4;
    sums->orth += (double)m->orth[0] + (double)m->orth[1];
    sums->face += (double)m->loss[VP_PHASE_FACE];
    sums->face_accuracy += (double)m->accuracy[VP_PHASE_FACE];
    sums->pose += (double)m->loss[VP_PHASE_POSE];
    sums->pose_accuracy += (double)m->accuracy[VP_PHASE_POSE];
    sums->count++;
}

/* Smoothed over about ten iterations: what the screen calls ms and what the time left is made of. */
static void measure_step(struct vp_run *run) {
    double now = vp_clock_wall(), step = now - run->started;
    run->started = now;
    run->step_seconds = run->step_seconds > 0 ? 0.9 * run->step_seconds + 0.1 * step : step;
}

static void draw_bar(const struct vp_run *run, int64_t iteration) {
    const struct vp_log *log = run->request->log;
    if (!log || !log->is_tty || !log->out) return;
    char left[32], bar[21];
    int filled = (int)(20 * (iteration + 1) / (run->iterations > 0 ? run->iterations : 1));
    for (int i = 0; i < 20; i++) bar[i] = i < filled ? '=' : ' ';
    bar[20] = '\0';
    fprintf(log->out, "\r[%s] %lld of %lld, %.0f ms, %s left \033[K", bar, (long long)iteration + 1,
            (long long)run->iterations, run->step_seconds * 1e3,
            duration(run->step_seconds * (double)(run->iterations - iteration - 1), left));
    fflush(log->out);
}

static void print_line(struct vp_run *run, int64_t iteration, const struct vp_metrics *m) {
    const struct vp_report_sums *sums = &run->sums;
    double n = (double)sums->count, weight[VP_PHASES], lr = vp_schedule_lr(&run->schedule, iteration);
    long long epoch = iteration / run->steps_per_epoch;
    vp_run_weights(run, weight);
    char left[32], monitored[VP_MONITOR_TEXT], scales[VP_SCALE_TEXT];
    vp_monitor_values(run, monitored);
    const struct vp_log *log = run->request->log;
    if (log && log->is_tty && log->out) fprintf(log->out, "\r\033[K");
    vp_log(
        log, VP_LOG_INFO,
        "%9lld | %5lld | %6.4f | %6.4f | %6.3f | %4.2f | %6.3f | %4.2f | %6.3f | %6.3f | %.2e | %7.0f | %8.1f | %s%s%s",
        (long long)iteration + 1, epoch, sums->l1 / n, sums->orth / n, sums->face / n, sums->face_accuracy / n,
        sums->pose / n, sums->pose_accuracy / n, weight[VP_PHASE_FACE], weight[VP_PHASE_POSE], lr,
        run->step_seconds * 1e3, (double)run->batch_images / run->step_seconds,
        duration(run->step_seconds * (double)(run->iterations - iteration - 1), left), vp_run_scales_value(run, scales),
        monitored);
    fprintf(run->log_file,
            "%lld\t%lld\t%.7g\t%.7g\t%.7g\t%.5g\t%.7g\t%.5g\t%.6g\t%.6g\t%.6g\t%.6g\t%.5g\t%.5g\t%.5g\t%.4g",
            (long long)iteration + 1, epoch, sums->l1 / n, sums->orth / n, sums->face / n, sums->face_accuracy / n,
            sums->pose / n, sums->pose_accuracy / n, weight[VP_PHASE_FACE], weight[VP_PHASE_POSE], lr,
            vp_run_temperature(run, iteration), (double)m->norm[VP_PHASE_RECON], (double)m->norm[VP_PHASE_FACE],
            (double)m->norm[VP_PHASE_POSE], run->step_seconds);
    vp_run_scales_log(run);
    vp_monitor_log(run);
    fflush(run->log_file);
}

enum vp_status vp_report_iteration(struct vp_run *run, int64_t iteration, const struct vp_metrics *metrics,
                                   struct vp_error *err) {
    add_metrics(&run->sums, metrics);
    measure_step(run);
    int64_t every = run->request->dump_inputs ? 1 : run->config->log.every;
    if ((iteration + 1) % every != 0 && iteration + 1 != run->iterations) {
        draw_bar(run, iteration);
        return VP_OK;
    }
    print_line(run, iteration, metrics);
    run->sums = (struct vp_report_sums){0};
    if (ferror(run->log_file)) return vp_fail(err, VP_ERR_IO, "cannot write %s/log.tsv", run->request->folder);
    draw_bar(run, iteration);
    return VP_OK;
}
