/* What the files of the evaluation share: problems, folds, fits, and the features of each source. */
#ifndef VKPCL_EVAL_INTERNAL_H
#define VKPCL_EVAL_INTERNAL_H
#include "vkpcl/eval.h"
#include "vkpcl/probe.h"

/* ---- problems (eval_problem.c): targets of some rows, and how predictions are judged ---- */

struct vp_problem {
    const char *name;
    int64_t rows;            /* of the features; not all need take part */
    enum vp_probe_loss loss; /* of the trained probe */
    bool batch_norm;
    double lr, decay;
    int64_t outputs;
    const char *const *output_name; /* the labels' own; NULL: none is needed */
    float *targets;                 /* (rows, outputs), as the probe wants them */
    int *label;                     /* (rows): class, or VP_LABEL_MISSING; NULL: no classes */
    bool *present;                  /* (rows): has a target */
    bool partial; /* rows that have a target lack parts of it: only a loss that leaves them out fits */
    int *group;   /* (rows): identity; rows without one are a group of their own */
    int groups;
    float unit; /* predictions times this are in the metrics' unit */
    int metrics;
    char metric_name[VP_EVAL_METRICS][VP_EVAL_NAME];
    /* Metrics of predictions (count, outputs) for some rows; the first is the score that is chosen by. */
    void (*judge)(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                  double *metric);
    double better; /* +1: a larger score is better; -1: a smaller one */
    /* Thresholds (outputs) from validation predictions, to be taken off the test predictions; NULL: none. */
    void (*calibrate)(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                      float *threshold);
    /* Adds the ROC curves of predictions to a line of the table; NULL: it has none. */
    void (*trace)(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                  struct vp_eval_row *row);
};
enum vp_status vp_problem_classes(struct vp_problem *problem, const char *name, const struct vp_labels *labels,
                                  bool identities, struct vp_error *err);
enum vp_status vp_problem_aus(struct vp_problem *problem, const struct vp_labels *labels, struct vp_error *err);
enum vp_status vp_problem_pose(struct vp_problem *problem, const struct vp_labels *labels, struct vp_error *err);
void vp_problem_fini(struct vp_problem *problem);

/* ---- folds (eval_folds.c) ---- */

struct vp_fold {
    uint32_t *rows;                              /* one array: train, then validation, then test */
    struct vp_rows train, validation, test, fit; /* parts of it; fit: train and validation */
};
struct vp_folds {
    int count;
    struct vp_fold *fold;
};
/* By the labels' split where it names test rows, else `count` folds of whole groups. Warns when a given split shares
 * identities between training and test. */
enum vp_status vp_folds_make(struct vp_folds *folds, const struct vp_problem *problem, const struct vp_labels *labels,
                             int count, uint64_t seed, const struct vp_log *log, struct vp_error *err);
/* One fold that halves each class: for telling identities apart, which must be known to be recognised. Classes with
 * fewer than four rows are left out (their rows lose their target). */
enum vp_status vp_folds_within(struct vp_folds *folds, struct vp_problem *problem, uint64_t seed, struct vp_error *err);
void vp_folds_fini(struct vp_folds *folds);

/* ---- fits (eval_fit.c) ---- */

struct vp_fit {
    struct vp_gpu *gpu;
    const struct vp_problem *problem;
    const struct vp_features *features;
    const struct vp_probe_data *data; /* the same on the device; NULL when no probe is trained */
    int epochs, batch, k;
    uint64_t seed;
    const struct vp_log *log;
};
/* Predictions (test rows, outputs) of one fold, thresholds taken off. last: the score of the last epoch, or NAN where
 * nothing is trained epoch by epoch. */
enum vp_status vp_fit_fold(const struct vp_fit *fit, const struct vp_fold *fold, enum vp_eval_probe probe,
                           enum vp_eval_protocol protocol, float *predicted, double *last, struct vp_error *err);

/* ---- one line of the table from all folds (eval_row.c) ---- */

/* Fits every fold and fills metrics, spread and confusion of the row; confusion is allocated for class problems. */
enum vp_status vp_eval_fill_row(struct vp_eval_row *row, const struct vp_fit *fit, const struct vp_folds *folds,
                                enum vp_eval_probe probe, enum vp_eval_protocol protocol, int bootstrap,
                                struct vp_error *err);
struct vp_eval_row *vp_eval_add_row(struct vp_eval_result *result);
void vp_eval_row_fini(struct vp_eval_row *row);
/* One more ROC curve; none where all scores are of one kind. */
void vp_eval_add_curve(struct vp_eval_row *row, const char *name, int64_t count, const double *score,
                       const bool *positive);
/* Percentiles 2.5 and 97.5 of samples that may hold NAN. */
void vp_eval_interval(double *samples, int count, double *low, double *high);

/* ---- features of a source (eval_features.c) ---- */

struct vp_eval_look {
    enum vp_eval_source source;
    struct vp_network *network; /* NULL: pixels */
};
/* The sources that are asked for, in the order pixels, random, checkpoint; networks are opened here. */
struct vp_eval_looks {
    int count;
    struct vp_eval_look look[VP_EVAL_SOURCES];
    struct vp_network network[VP_EVAL_SOURCES];
};
enum vp_status vp_eval_looks_open(struct vp_eval_looks *looks, struct vp_gpu *gpu,
                                  const struct vp_eval_settings *settings, struct vp_error *err);
void vp_eval_looks_close(struct vp_eval_looks *looks);
enum vp_status vp_eval_look_at(const struct vp_eval_look *look, struct vp_gpu *gpu,
                               const struct vp_eval_settings *settings, int size, const struct vp_picture_set *pictures,
                               unsigned wanted, struct vp_features features[VP_FEATURES], struct vp_error *err);
/* The images of labels; labels must outlive the set. */
struct vp_picture_set vp_eval_pictures(const struct vp_labels *labels);
struct vp_picture_set vp_eval_pair_pictures(const struct vp_pairs *pairs);

/* ---- the tasks with a file of their own ---- */

enum vp_status vp_eval_verify(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                              const struct vp_eval_looks *looks, struct vp_eval_result *result, struct vp_error *err);
enum vp_status vp_eval_disentangle(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                                   const struct vp_eval_looks *looks, const struct vp_labels *labels,
                                   struct vp_eval_result *result, struct vp_error *err);
/* Faces of some images with the poses of others, decoded, as a PNG. rows: images that give faces, then those that give
 * poses. */
enum vp_status vp_eval_write_swap(struct vp_gpu *gpu, const struct vp_network *network,
                                  const struct vp_picture_set *pictures, const uint32_t *rows, int faces, int poses,
                                  const char *path, struct vp_error *err);

#endif
