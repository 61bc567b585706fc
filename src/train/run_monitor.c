/* Looks at the network while it trains: at the start, every so often, at the end. */
#include "train/run.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double allowed_share = 0.03, loud_share = 0.05; /* of the time */

/* With monitor.every 0 the pause follows from what the look cost: looks then take allowed_share of the time. */
static int64_t pause_of(const struct vp_run *run, double seconds) {
    if (run->config->monitor.every > 0) return run->config->monitor.every;
    double step = run->step_seconds > 0 ? run->step_seconds : seconds;
    double iterations = ceil(seconds / allowed_share / step);
    return iterations < 1 ? 1 : iterations > 1e9 ? 1000000000 : (int64_t)iterations;
}

uint64_t vp_monitor_memory(const struct vp_run *run) {
    const struct vp_pretrain_monitor *monitor = run->request->monitor;
    struct vp_model_shape shape = {run->config->model.width, run->config->model.size};
    return monitor && monitor->memory ? monitor->memory(monitor->context, run->params, &shape) : 0;
}

/* At the end one last time, if that keeps within what is allowed or the user said how often. */
bool vp_run_look_due(const struct vp_run *run, bool last) {
    if (!run->request->monitor) return false;
    double spent = run->monitor.seconds + run->monitor.cost, elapsed = vp_clock_wall() - run->monitor.began;
    bool affordable = run->config->monitor.every > 0 || spent <= loud_share * elapsed;
    return run->iteration >= run->monitor.next || (last && affordable);
}

/* Of the time since the loop began. */
static double share_of(const struct vp_run *run) {
    return run->monitor.seconds / (vp_clock_wall() - run->monitor.began);
}

enum vp_status vp_run_look(struct vp_run *run, bool last, struct vp_error *err) {
    const struct vp_pretrain_monitor *monitor = run->request->monitor;
    double began = vp_clock_wall();
    struct vp_model_shape shape = {run->config->model.width, run->config->model.size};
    enum vp_status status = monitor->look(monitor->context, run->params, &shape, run->monitor.value, err);
    if (status == VP_ERR_DEVICE_LOST) return status;
    if (status != VP_OK) { /* no look is worth a run: what it saw is unknown, and training goes on */
        vp_log(run->request->log, VP_LOG_WARN, "monitor, after iteration %lld: %s", (long long)run->iteration,
               err->message);
        for (int i = 0; i < monitor->columns; i++) run->monitor.value[i] = (double)NAN;
    }
    double seconds = vp_clock_wall() - began;
    run->monitor.fresh = true;
    run->monitor.seconds += seconds;
    run->monitor.cost = seconds;
    run->started += seconds; /* iterations do not pay for it in the column of milliseconds */
    run->monitor.next = run->iteration + pause_of(run, seconds);
    double share = share_of(run);
    vp_log(run->request->log, VP_LOG_DEBUG, "monitor: looked for %.2f s after iteration %lld", seconds,
           (long long)run->iteration);
    if (!last) return VP_OK;
    vp_log(run->request->log, share > loud_share ? VP_LOG_WARN : VP_LOG_INFO,
           "monitor: %.1f s of looking were %.1f %% of the time%s", run->monitor.seconds, 100 * share,
           share > loud_share ? "; a larger monitor.every makes it less" : "");
    return VP_OK;
}

/* ---- what people see ---- */

/* Does the log on the disk already have the monitor's columns? A resumed run keeps the columns that it began with. */
static bool has_columns(const char *path, const struct vp_pretrain_monitor *monitor) {
    char header[1024] = "";
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    bool found = fgets(header, sizeof header, file) && strstr(header, monitor->names[0]);
    fclose(file);
    return found;
}

void vp_monitor_open_log(struct vp_run *run, const char *path) {
    const struct vp_pretrain_monitor *monitor = run->request->monitor;
    run->monitor.logged = monitor && (!path || has_columns(path, monitor));
    if (path) return;
    for (int i = 0; monitor && i < monitor->columns; i++) fprintf(run->log_file, "\t%s", monitor->names[i]);
    fputs(monitor ? "\tmonitor_share\n" : "\n", run->log_file);
}

void vp_monitor_log(struct vp_run *run) {
    const struct vp_pretrain_monitor *monitor = run->request->monitor;
    if (run->monitor.logged) {
        for (int i = 0; i < monitor->columns; i++)
            fprintf(run->log_file, "\t%.5g", run->monitor.fresh ? run->monitor.value[i] : (double)NAN);
        fprintf(run->log_file, "\t%.3g", share_of(run));
    }
    fputc('\n', run->log_file);
    run->monitor.fresh = false;
}

/* "monitor_yaw_face" is "yaw_face" on the screen. */
static const char *short_name(const char *name) {
    const char *tail = strchr(name, '_');
    return tail ? tail + 1 : name;
}

void vp_monitor_names(const struct vp_run *run, char text[VP_MONITOR_TEXT]) {
    const struct vp_pretrain_monitor *monitor = run->request->monitor;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; monitor && i < monitor->columns && used < VP_MONITOR_TEXT; i++)
        used += (size_t)snprintf(text + used, VP_MONITOR_TEXT - used, " | %5s", short_name(monitor->names[i]));
    if (monitor && used < VP_MONITOR_TEXT) snprintf(text + used, VP_MONITOR_TEXT - used, " | looking");
}

void vp_monitor_values(const struct vp_run *run, char text[VP_MONITOR_TEXT]) {
    const struct vp_pretrain_monitor *monitor = run->request->monitor;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; monitor && i < monitor->columns && used < VP_MONITOR_TEXT; i++) {
        int name = (int)strlen(short_name(monitor->names[i])), width = name > 5 ? name : 5;
        used += (size_t)snprintf(text + used, VP_MONITOR_TEXT - used, " | %*.3f", width, run->monitor.value[i]);
    }
    if (monitor && used < VP_MONITOR_TEXT)
        snprintf(text + used, VP_MONITOR_TEXT - used, " | %5.1f %%", 100 * share_of(run));
}
