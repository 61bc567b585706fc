/* Evaluation: what a trained encoder is worth on four tasks, next to raw pixels and an untrained network.
 *
 *   task         probe (trained on frozen features)                                        score
 *   expression   linear, Adam 1e-2, cosine, cross-entropy; k-NN (5, cosine); ridge         accuracy
 *   au           batch norm + linear, Adam 1e-2, cosine, binary cross-entropy              mean F1, thresholds per unit
 *   pose         batch norm + linear, AdamW 1e-3, L1 in units of 30 degrees; ridge         mean absolute error
 *   verify       cosine of the features; batch norm + linear, cosine embedding loss        accuracy, threshold by folds
 *   disentangle  ridge: every feature against every factor                                 R^2 and accuracy
 *
 * Protocols. `honest`: the epoch (or ridge's lambda, or a threshold) is chosen on validation rows that share no
 * identity with the test rows. `released`: the published procedure: trained on all but the test rows, and the best test
 * score over the epochs is reported (action units: decided at a probability of 0.5); beside it the score of the last
 * epoch, so that the difference shows what choosing on the test set is worth. Splits come from the labels' split column
 * where it names test rows, else identities (or images, where nobody says who is who) are dealt into folds.
 *
 * Spread: deviation is that over folds; low and high bound 95 % of bootstrap samples that draw whole identities.
 */
#ifndef VKPCL_EVAL_H
#define VKPCL_EVAL_H
#include "vkpcl/embed.h"
#include "vkpcl/labels.h"

enum vp_eval_task { VP_EVAL_EXPRESSION, VP_EVAL_AU, VP_EVAL_POSE, VP_EVAL_VERIFY, VP_EVAL_DISENTANGLE, VP_EVAL_TASKS };
const char *vp_eval_task_name(enum vp_eval_task task);

enum vp_eval_protocol { VP_PROTOCOL_HONEST, VP_PROTOCOL_RELEASED, VP_PROTOCOLS };
enum vp_eval_probe { VP_EVAL_LINEAR, VP_EVAL_KNN, VP_EVAL_RIDGE, VP_EVAL_PROBES };
enum vp_eval_source { VP_SOURCE_PIXELS, VP_SOURCE_RANDOM, VP_SOURCE_CHECKPOINT, VP_EVAL_SOURCES };
const char *vp_eval_protocol_name(enum vp_eval_protocol protocol);
const char *vp_eval_probe_name(enum vp_eval_probe probe);
const char *vp_eval_source_name(enum vp_eval_source source);

struct vp_eval_settings {
    enum vp_eval_task task;
    unsigned sources, protocols, probes; /* sets of the enums above, 1u << member; probes 0: those of the task */
    const char *weights;                 /* run or file; needed for VP_SOURCE_CHECKPOINT, and gives the random network
                                            its shape */
    struct vp_model_shape random_shape;  /* of the random network without weights; width 0: 1 at 64 px */
    enum vp_feature feature;             /* of the networks: trunk, face or pose */
    struct vp_labels_request data;       /* labels; for verify: pairs */
    int size;                 /* of the images; 0: the task's own: 100, pose 256, disentangle the network's */
    int epochs, batch, folds; /* 0: 300 (verify 20), 256, 5 */
    int k;                    /* neighbours; 0: 5 */
    int bootstrap;            /* samples; 0: 1000 */
    uint64_t seed;
    const char *cache;   /* folder for features; NULL: none */
    const char *picture; /* disentangle: where to write the pose swap; NULL: nowhere */
    int embed_batch, threads;
    const struct vp_log *log;
};

enum { VP_EVAL_METRICS = 64, VP_EVAL_NAME = 48 };
struct vp_eval_metric {
    char name[VP_EVAL_NAME];
    double value;     /* mean over the folds */
    double deviation; /* over the folds; NAN with one fold */
    double low, high; /* 95 % bootstrap interval; NAN: none */
};

/* A ROC curve: (false positive rate, true positive rate), both rising from 0 to 1. */
enum { VP_EVAL_CURVE_POINTS = 202 }; /* at most: what is left out is within 0.02 */
struct vp_eval_curve {
    char name[VP_EVAL_NAME]; /* of the action unit; "" where there is one curve only */
    int points;
    double (*point)[2]; /* (points) */
};

/* One line of the table. */
struct vp_eval_row {
    char source[VP_EVAL_NAME];   /* pixels, random, checkpoint */
    char feature[VP_EVAL_NAME];  /* trunk, ... */
    char probe[VP_EVAL_NAME];    /* linear, knn, ridge, cosine */
    char protocol[VP_EVAL_NAME]; /* honest, released */
    char factor[VP_EVAL_NAME];   /* disentangle: yaw, identity, ...; else "" */
    int metrics;
    struct vp_eval_metric metric[VP_EVAL_METRICS];
    int64_t *confusion;          /* (classes, classes), rows are truths, all folds together; NULL: none */
    int curves;                  /* verify: 1; au: one for each unit that occurs and lacks somewhere; else 0 */
    struct vp_eval_curve *curve; /* of the test rows of all folds together, (curves) */
    double seconds;              /* it took */
};

struct vp_eval_result {
    enum vp_eval_task task;
    char data[1024], weights[1024]; /* what was looked at, and through */
    int64_t images, identities, test_images;
    int folds, size;
    int classes;
    char (*class_name)[VP_EVAL_NAME]; /* (classes) */
    int rows;
    struct vp_eval_row *row; /* (rows) */
};

/* Runs the whole evaluation. On failure nothing is held. */
enum vp_status vp_eval(struct vp_gpu *gpu, const struct vp_eval_settings *settings, struct vp_eval_result *result,
                       struct vp_error *err);
void vp_eval_result_fini(struct vp_eval_result *result);

/* Aligned text for people, and JSON for programs (its layout: src/eval/eval_json.c). */
void vp_eval_print(const struct vp_eval_result *result, FILE *out);
enum vp_status vp_eval_write_json(const struct vp_eval_result *result, const char *path, struct vp_error *err);

#endif
