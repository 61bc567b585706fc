/* The state of a pretraining run, shared by the files that make it: setting up, stepping, reporting, saving. */
#ifndef VKPCL_TRAIN_RUN_H
#define VKPCL_TRAIN_RUN_H
#include "vkpcl/augment.h"
#include "vkpcl/clock.h"
#include "vkpcl/dwa.h"
#include "vkpcl/loader.h"
#include "vkpcl/loss_scale.h"
#include "vkpcl/phase.h"
#include "vkpcl/pretrain.h"
#include "vkpcl/schedule.h"

/* What one iteration computed, read back one iteration late. */
struct vp_metrics {
    float l1[4], orth[2];
    float loss[VP_PHASES], accuracy[VP_PHASES]; /* face and pose */
    float norm[VP_PHASES];                      /* gradient norm before clipping */
};

/* Sums since the last report; saved in checkpoints so that a resumed run writes the same lines. */
struct vp_report_sums {
    double l1, orth, face, face_accuracy, pose, pose_accuracy;
    int64_t count;
};

/* When the monitor looks next, what it saw last, and what it cost. */
struct vp_run_monitor {
    int64_t next;                     /* look after this many iterations */
    double value[VP_MONITOR_COLUMNS]; /* of the last look */
    bool fresh, logged;               /* not in the log yet; log.tsv has the columns */
    double began, seconds, cost;      /* clock at the start of the loop; spent looking since; of the last look */
};

/* Half precision: the loss scale of each phase, and outcomes that have not moved it yet, by iteration modulo 2
 * (run_scale.c). */
struct vp_run_scales {
    struct vp_loss_scale of[VP_PHASES];
    int64_t outcome[2][VP_PHASES];
    int64_t known[VP_PHASES]; /* 1: the last outcome lowered the scale, and the next one is of the scale before */
};

/* What iterations cost the thread that feeds the device. */
struct vp_host_cost {
    double seconds, processor; /* of the clock, of processor time */
    double waits;              /* for work of the device that was not done yet */
    int64_t iterations;
};

/* Bytes of device memory. */
struct vp_memory_need {
    uint64_t parameters;  /* with gradients and moments */
    uint64_t activations; /* shared by the phases */
    uint64_t inputs;      /* inputs, kept results, tables */
    uint64_t monitor;     /* what looking takes at most; not taken before the first look */
};

struct vp_run {
    const struct vp_config *config;
    const struct vp_pretrain_request *request;
    struct vp_gpu *gpu;
    struct vp_params *params;
    struct vp_phase_shared shared;
    struct vp_phase *phase[VP_PHASES]; /* NULL: switched off */
    struct vp_tape_memory memory;
    struct vp_memory_need need; /* known before any of it was taken */
    int64_t micro_batch;        /* images that go through the networks at once; 0: all */
    struct vp_loader *loader;
    struct vp_schedule schedule;
    struct vp_dwa dwa;
    struct vp_report_sums sums;
    struct vp_run_scales scales;
    int64_t iteration, iterations; /* next one to do; length of the run */
    int64_t first_iteration;       /* 0, or where a resumed run went on */
    int64_t steps_per_epoch;
    int64_t batch_images; /* source images of a step */
    /* Readbacks of the iteration before. */
    bool pending;
    int64_t pending_iteration;
    struct vp_readback readback[VP_PHASES][3];
    uint32_t *report;             /* host copy of Adam's report */
    double started, step_seconds; /* clock at the start of the loop; smoothed seconds of an iteration */
    FILE *log_file;
    struct cJSON *facts; /* run.json */
    struct vp_run_monitor monitor;
    struct vp_host_cost host; /* sums */
};

/* run_setup.c: everything up to the first iteration; the memory estimate comes before any large allocation. */
enum vp_status vp_run_setup(struct vp_run *run, struct vp_error *err);
void vp_run_fini(struct vp_run *run);

/* run_memory.c: builds the phases, prints what they need, and fails when it is more than there is. micro_batch as in
 * vp_phase_settings, or chosen so that it fits. */
enum { VP_MICRO_BATCH_CHOOSE = -1 };
enum vp_status vp_run_build_phases(struct vp_run *run, const bool wanted[VP_PHASES], int64_t micro_batch,
                                   struct vp_error *err);
uint64_t vp_memory_total(const struct vp_memory_need *need);

/* run_step.c: enqueues one iteration and takes in the results of the one before. */
enum vp_status vp_run_iteration(struct vp_run *run, struct vp_error *err);
/* Waits for the results of the last enqueued iteration. */
enum vp_status vp_run_drain(struct vp_run *run, struct vp_error *err);
/* Weights of the face and pose losses, temperature, crop and share of gradient images of an iteration. */
void vp_run_weights(const struct vp_run *run, double weight[VP_PHASES]);
double vp_run_temperature(const struct vp_run *run, int64_t iteration);
double vp_run_crop(const struct vp_run *run, int64_t iteration);
double vp_run_gradient_share(const struct vp_run *run, int64_t iteration);

/* run_scale.c: loss scales. _settle is called before an iteration is enqueued; _note takes in how a step of the
 * iteration read back went, false: it cannot be mended by scaling, the run must end. */
void vp_run_scales_init(struct vp_run *run);
void vp_run_scales_settle(struct vp_run *run);
bool vp_run_scales_note(struct vp_run *run, enum vp_phase_kind kind, bool finite, bool loss_finite);
/* Their part of the reports: columns of log.tsv and of the screen, nothing in a run in float32; and a line at the end.
 */
enum { VP_SCALE_TEXT = 32 };
void vp_run_scales_head(const struct vp_run *run);
void vp_run_scales_log(const struct vp_run *run);
const char *vp_run_scales_title(const struct vp_run *run);
const char *vp_run_scales_value(const struct vp_run *run, char text[VP_SCALE_TEXT]); /* returns text */
void vp_report_scales(const struct vp_run *run);

/* run_inputs.c: the random choices of an iteration, and the settings that they are drawn by. */
struct vp_augment_settings vp_run_augment(const struct vp_run *run);
enum vp_status vp_run_upload_inputs(struct vp_run *run, struct vp_phase *phase, const struct vp_loader_batch *batch,
                                    struct vp_error *err);
uint64_t vp_run_stream(const struct vp_run *run, enum vp_phase_kind kind);

/* run_report.c: the line on the screen, log.tsv, and the run folder's small files. */
enum vp_status vp_report_open(struct vp_run *run, struct vp_error *err);
void vp_report_model(const struct vp_run *run);
enum vp_status vp_report_iteration(struct vp_run *run, int64_t iteration, const struct vp_metrics *metrics,
                                   struct vp_error *err);
/* run_host.c: an iteration whose cost is counted, unless it is one of the first; what they cost on average. */
enum vp_status vp_run_measured_iteration(struct vp_run *run, struct vp_error *err);
void vp_report_host(const struct vp_run *run);
void vp_report_close(struct vp_run *run);

/* run_facts.c: run.json, what the configuration does not say: a session (device, driver, version, data, times) for
 * every time the run was started. `vp_facts_close` adds how far this one came, and profile.tsv where there is a
 * profile. A run.json that cannot be read is replaced, with a warning. */
enum vp_status vp_facts_open(struct vp_run *run, struct vp_error *err);
enum vp_status vp_facts_close(struct vp_run *run, enum vp_status outcome, struct vp_error *err);
/* run_monitor.c: is it time to look, and looking. */
uint64_t vp_monitor_memory(const struct vp_run *run); /* in vp_memory_need */
bool vp_run_look_due(const struct vp_run *run, bool last);
enum vp_status vp_run_look(struct vp_run *run, bool last, struct vp_error *err);
/* Its part of the reports: the end of the first line of log.tsv (path: a log to go on with instead; NULL: a new one)
 * and of the other lines, newlines included; and " | knn | ..." with the values below, for the screen. */
enum { VP_MONITOR_TEXT = 256 };
void vp_monitor_open_log(struct vp_run *run, const char *path);
void vp_monitor_log(struct vp_run *run);
void vp_monitor_names(const struct vp_run *run, char text[VP_MONITOR_TEXT]);
void vp_monitor_values(const struct vp_run *run, char text[VP_MONITOR_TEXT]);

/* run_samples.c: input, mirror image and the four decodes as one picture. */
enum vp_status vp_run_write_samples(struct vp_run *run, struct vp_error *err);

/* run_dump.c: the inputs of the iteration just run, as replay reads them. */
enum vp_status vp_run_dump_inputs(struct vp_run *run, int64_t iteration, struct vp_error *err);

/* The initial weights, beside them. */
enum vp_status vp_run_dump_init(struct vp_run *run, struct vp_error *err);

/* Drops the lines of log.tsv behind `iteration`: what a killed run wrote after its last checkpoint. */
enum vp_status vp_log_truncate(const char *path, int64_t iteration, struct vp_error *err);

/* checkpoint.c: saves all of the run after `run->iteration` iterations; finds and loads the newest. */
enum vp_status vp_checkpoint_save(struct vp_run *run, struct vp_error *err);
enum vp_status vp_checkpoint_load(struct vp_run *run, struct vp_error *err);
/* The micro-batch of the folder's newest checkpoint; VP_MICRO_BATCH_CHOOSE when there is none to read. */
int64_t vp_checkpoint_micro_batch(const char *folder);
/* Path of the newest checkpoint in the run's folder; VP_ERR_IO when there is none. */
enum vp_status vp_checkpoint_newest(const char *folder, char *path, size_t bytes, struct vp_error *err);

#endif
