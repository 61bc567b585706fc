/* vkpcl pretrain: learn from unlabelled face images. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/stop.h"
#include "cli/training.h"
#include "vkpcl/clock.h"
#include "vkpcl/monitor.h"
#include "vkpcl/pretrain.h"
#include "vkpcl/report.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct pretrain_flags {
    struct vp_gpu_flags gpu;
    struct vp_training_flags training;
    const char *out, *dump_inputs, *monitor, *monitor_root, *monitor_columns;
    bool resume, live;
};

static const struct vp_flag flags[] = {
    {"out", "FOLDER", VP_FLAG_TEXT, offsetof(struct pretrain_flags, out), "the run's folder (default runs/pcl)"},
    VP_TRAINING_FLAGS(struct pretrain_flags, training),
    {"resume", NULL, VP_FLAG_SWITCH, offsetof(struct pretrain_flags, resume),
     "go on from the newest checkpoint of --out, bit for bit"},
    {"live", NULL, VP_FLAG_SWITCH, offsetof(struct pretrain_flags, live),
     "keep report.html in the run's folder up to date; an open page follows by itself"},
    {"monitor", "LABELS", VP_FLAG_TEXT, offsetof(struct pretrain_flags, monitor),
     "labelled images to try k-NN and linear probes on now and then (monitor.every); any format of vkpcl eval"},
    {"monitor-root", "FOLDER", VP_FLAG_TEXT, offsetof(struct pretrain_flags, monitor_root),
     "where their relative paths begin (default: beside the labels)"},
    {"monitor-columns", "A=B,...", VP_FLAG_TEXT, offsetof(struct pretrain_flags, monitor_columns),
     "their csv columns by other names"},
    {"dump-inputs", "FOLDER", VP_FLAG_TEXT, offsetof(struct pretrain_flags, dump_inputs),
     "write every iteration's images and random numbers as `vkpcl replay` reads them"},
    VP_GPU_FLAGS(struct pretrain_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "pretrain",
    "FOLDER_OR_LIST...",
    "Learns a face representation from the images in folders, identity trees, list files or packed sets.",
    flags,
    0,
    VP_MAX_TEXTS};

/* A resumed run starts from its own config.yaml. */
static enum vp_status read_config(const struct pretrain_flags *values, const char *folder, struct vp_config *config,
                                  const struct vp_log *log, struct vp_error *err) {
    char own[4096];
    snprintf(own, sizeof own, "%s/config.yaml", folder);
    return vp_training_config(&values->training, values->resume ? own : NULL, config, log, err);
}

/* What the callbacks of a run know. */
struct session {
    const char *folder;
    const struct vp_log *log;
    double next_report; /* seconds, monotonic */
};

/* The report of a run under way, at most every few seconds and never more than a twentieth of the time. A page that
 * cannot be written ends no training. */
static void report_progress(void *context) {
    const double shortest = 5, share = 0.05, reload = 10;
    struct session *session = context;
    double begun = vp_clock_wall();
    struct vp_error err;
    if (begun < session->next_report) return;
    if (vp_report_write(&(struct vp_report_request){.run = session->folder, .live = reload}, &err) != VP_OK)
        vp_log(session->log, VP_LOG_WARN, "%s", err.message);
    double ended = vp_clock_wall(), pause = (ended - begun) / share;
    session->next_report = ended + (pause > shortest ? pause : shortest);
}

static void report_end(const struct session *session) {
    struct vp_error err;
    if (vp_report_write(&(struct vp_report_request){.run = session->folder, .log = session->log}, &err) == VP_OK)
        vp_log(session->log, VP_LOG_INFO, "report: %s/report.html", session->folder);
    else
        vp_log(session->log, VP_LOG_WARN, "%s", err.message);
}

static bool stop_wanted(void *context) {
    const struct session *session = context;
    return vp_training_stop(session->log);
}

/* A new run does not overwrite an old one. */
static enum vp_status check_folder(const char *folder, bool resume, struct vp_error *err) {
    char path[4096];
    struct stat info;
    snprintf(path, sizeof path, "%s/log.tsv", folder);
    if (!resume && stat(path, &info) == 0)
        return vp_fail(err, VP_ERR_USAGE,
                       "%s holds a run already: give --resume to go on with it, or another folder with --out", folder);
    return VP_OK;
}

/* The images are named anew for every run, a resumed one too: its checkpoint knows them by fingerprint, not by path. */
static enum vp_status open_source(const struct vp_texts *operands, const struct vp_config *config,
                                  const struct vp_log *log, struct vp_source **source, struct vp_error *err) {
    if (!operands->count)
        return vp_fail(err, VP_ERR_USAGE,
                       "no images given: vkpcl pretrain FOLDER (vkpcl synth OUT renders some to try)");
    return vp_source_open(operands->text, operands->count, config->data.layout, log, source, err);
}

static enum vp_status run(struct pretrain_flags *values, const struct vp_texts *operands, const struct vp_log *log,
                          struct vp_error *err) {
    const char *folder = values->out ? values->out : "runs/pcl";
    struct vp_config config;
    enum vp_status status = check_folder(folder, values->resume, err);
    if (status == VP_OK) status = read_config(values, folder, &config, log, err);
    struct vp_source *source = NULL;
    if (status == VP_OK) status = open_source(operands, &config, log, &source, err);
    if (status != VP_OK) return status;
    vp_log(log, VP_LOG_INFO, "data: %u images, %u items an epoch", vp_source_images(source), vp_source_items(source));
    struct vp_gpu *gpu = vp_cli_open_gpu(&values->gpu, log, err);
    struct session session = {.folder = folder, .log = log};
    struct vp_pretrain_request request = {.source = source,
                                          .folder = folder,
                                          .resume = values->resume,
                                          .time_limit = values->training.time_limit,
                                          .dump_inputs = values->dump_inputs,
                                          .stop = stop_wanted,
                                          .progress = values->live ? report_progress : NULL,
                                          .context = &session,
                                          .log = log};
    struct vp_monitor *monitor = NULL;
    struct vp_labels_request watched = {
        .path = values->monitor, .root = values->monitor_root, .columns = values->monitor_columns};
    status = gpu ? VP_OK : err->status;
    if (status == VP_OK && values->monitor) {
        status = vp_monitor_create(&monitor, gpu, &watched, config.model.size, config.data.grey, log, err);
        if (status == VP_OK) request.monitor = vp_monitor_for_pretrain(monitor);
    }
    if (status == VP_OK) status = vp_pretrain(gpu, &config, &request, err);
    if (gpu && values->live) report_end(&session);
    vp_monitor_destroy(monitor);
    if (gpu && values->gpu.profile) vp_gpu_profile_print(gpu, stdout);
    int messages = gpu ? vp_gpu_validation_messages(gpu) : 0;
    vp_gpu_destroy(gpu);
    vp_source_destroy(source);
    if (status == VP_OK && messages)
        return vp_fail(err, VP_ERR_FORMAT, "the validation layers gave %d messages", messages);
    return status;
}

int vp_cmd_pretrain(int argc, char **argv) {
    struct pretrain_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    vp_stop_block();
    enum vp_status status = run(&values, &operands, &log, &err);
    return vp_training_end(status, &err, "the same command with --resume goes on");
}
