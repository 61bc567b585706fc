/* Does it disentangle? Every feature against every factor by the same probe, and what the picture shows to the eye. */
#include "eval/eval_internal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A factor with its folds. Identity is told apart on known people, so its rows are halved within identities; pose and
 * expression are read from people never seen. */
struct factor {
    const char *name;
    struct vp_problem problem;
    struct vp_folds folds;
};
enum { MAX_FACTORS = 3 };

static void factors_fini(struct factor *factors, int count) {
    for (int i = 0; i < count; i++) {
        vp_folds_fini(&factors[i].folds);
        vp_problem_fini(&factors[i].problem);
    }
}

static bool has_angles(const struct vp_labels *labels) {
    for (int i = 0; i < labels->count; i++)
        if (!isnan(labels->items[i].yaw)) return true;
    return false;
}

static bool is_known(const struct vp_labels *labels, int kind) {
    return kind == 0 ? has_angles(labels) : kind == 1 ? labels->identities > 1 : labels->categories > 1;
}

static enum vp_status make_factor(struct factor *f, int kind, const struct vp_labels *labels,
                                  const struct vp_eval_settings *settings, struct vp_error *err) {
    *f = (struct factor){.name = kind == 0 ? "pose" : kind == 1 ? "identity" : "expression"};
    enum vp_status status = kind == 0 ? vp_problem_pose(&f->problem, labels, err)
                                      : vp_problem_classes(&f->problem, f->name, labels, kind == 1, err);
    if (status != VP_OK) return status;
    return kind == 1
               ? vp_folds_within(&f->folds, &f->problem, settings->seed, err)
               : vp_folds_make(&f->folds, &f->problem, labels, settings->folds, settings->seed, settings->log, err);
}

/* Those factors that the labels know; one with too few images is left out. */
static enum vp_status make_factors(struct factor *factors, int *count, const struct vp_labels *labels,
                                   const struct vp_eval_settings *settings, struct vp_error *err) {
    *count = 0;
    vp_fail(err, VP_ERR_USAGE, "the labels know neither angles nor identities nor expressions");
    for (int kind = 0; kind < MAX_FACTORS; kind++) {
        if (!is_known(labels, kind)) continue;
        struct factor *f = &factors[*count];
        enum vp_status status = make_factor(f, kind, labels, settings, err);
        if (status == VP_OK) {
            ++*count;
            continue;
        }
        vp_log(settings->log, VP_LOG_WARN, "the factor %s is left out: %s", f->name, err->message);
        factors_fini(f, 1);
        if (status != VP_ERR_USAGE) return status;
    }
    return *count ? VP_OK : VP_ERR_USAGE;
}

/* Mean over the images of |cos| between the two features: 0 when they share nothing. */
static double mean_cosine(const struct vp_features *a, const struct vp_features *b) {
    double sum = 0;
    for (int64_t i = 0; i < a->rows; i++) {
        double ab = 0, aa = 0, bb = 0;
        for (int64_t k = 0; k < a->columns; k++) {
            double u = (double)a->data[i * a->columns + k], v = (double)b->data[i * a->columns + k];
            ab += u * v, aa += u * u, bb += v * v;
        }
        sum += fabs(ab) / fmax(sqrt(aa * bb), 1e-24);
    }
    return sum / (double)a->rows;
}

static void add_cosine(struct vp_eval_result *result, const char *source, double value) {
    struct vp_eval_row *row = vp_eval_add_row(result);
    snprintf(row->source, sizeof row->source, "%s", source);
    snprintf(row->feature, sizeof row->feature, "face, pose");
    snprintf(row->probe, sizeof row->probe, "none");
    snprintf(row->protocol, sizeof row->protocol, "%s", vp_eval_protocol_name(VP_PROTOCOL_HONEST));
    snprintf(row->factor, sizeof row->factor, "each other");
    row->metrics = 1;
    row->metric[0] =
        (struct vp_eval_metric){.value = value, .deviation = (double)NAN, .low = (double)NAN, .high = (double)NAN};
    snprintf(row->metric[0].name, VP_EVAL_NAME, "mean |cosine|");
}

static enum vp_status probe_feature(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                                    const struct factor *factors, int count, const struct vp_features *features,
                                    const char *source, const char *name, struct vp_eval_result *result,
                                    struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (int i = 0; i < count && status == VP_OK; i++)
        for (enum vp_eval_protocol protocol = 0; protocol < VP_PROTOCOLS && status == VP_OK; protocol++) {
            if (!(settings->protocols >> protocol & 1)) continue;
            struct vp_fit fit = {.gpu = gpu,
                                 .problem = &factors[i].problem,
                                 .features = features,
                                 .k = settings->k,
                                 .seed = settings->seed,
                                 .log = settings->log};
            struct vp_eval_row *row = vp_eval_add_row(result);
            snprintf(row->source, sizeof row->source, "%s", source);
            snprintf(row->feature, sizeof row->feature, "%s", name);
            snprintf(row->factor, sizeof row->factor, "%s", factors[i].name);
            status = vp_eval_fill_row(row, &fit, &factors[i].folds, VP_EVAL_RIDGE, protocol, settings->bootstrap, err);
            free(row->confusion); /* hundreds of identities squared say nothing to anybody */
            row->confusion = NULL;
        }
    return status;
}

static enum vp_status run_look(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                               const struct factor *factors, int count, const struct vp_eval_look *look,
                               const struct vp_picture_set *pictures, struct vp_eval_result *result,
                               struct vp_error *err) {
    const char *source = vp_eval_source_name(look->source);
    unsigned wanted = 1u << VP_FEATURE_TRUNK | 1u << VP_FEATURE_FACE | 1u << VP_FEATURE_POSE;
    struct vp_features features[VP_FEATURES];
    enum vp_status status = vp_eval_look_at(look, gpu, settings, result->size, pictures, wanted, features, err);
    if (status != VP_OK) return status;
    for (enum vp_feature f = 0; f < VP_FEATURES && status == VP_OK; f++)
        if (features[f].data)
            status = probe_feature(gpu, settings, factors, count, &features[f], source,
                                   look->network ? vp_feature_name(f) : "grey", result, err);
    if (status == VP_OK && look->network)
        add_cosine(result, source, mean_cosine(&features[VP_FEATURE_FACE], &features[VP_FEATURE_POSE]));
    for (enum vp_feature f = 0; f < VP_FEATURES; f++) vp_features_fini(&features[f]);
    return status;
}

/* ---- the picture: faces of different people, poses from far left to far right
 * --------------------------------------------- */

enum { FACES = 6, POSES = 7 };

/* Images to show: FACES of different identities near the front, POSES whose yaws lie evenly between the 5th and the
 * 95th percentile; without angles, evenly through the data. */
static void choose_images(const struct vp_labels *labels, uint32_t rows[FACES + POSES]) {
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < labels->count; i++) {
        double yaw = (double)labels->items[i].yaw;
        if (fabs(yaw) <= 60) low = fmin(low, yaw), high = fmax(high, yaw);
    }
    for (int p = 0; p < FACES + POSES; p++) {
        rows[p] = (uint32_t)((int64_t)p * labels->count / (FACES + POSES));
        if (!(high > low)) continue;
        double aim = p < FACES ? 0 : low + (high - low) * (p - FACES) / (POSES - 1), best = INFINITY;
        int begin = p < FACES ? p * labels->count / FACES : 0;
        int end = p < FACES ? (p + 1) * labels->count / FACES : labels->count;
        for (int i = begin; i < end; i++) {
            double off = fabs((double)labels->items[i].yaw - aim);
            if (off < best) best = off, rows[p] = (uint32_t)i;
        }
    }
}

enum vp_status vp_eval_disentangle(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                                   const struct vp_eval_looks *looks, const struct vp_labels *labels,
                                   struct vp_eval_result *result, struct vp_error *err) {
    struct factor factors[MAX_FACTORS];
    int count;
    struct vp_picture_set pictures = vp_eval_pictures(labels);
    enum vp_status status = make_factors(factors, &count, labels, settings, err);
    for (int i = 0; i < count && status == VP_OK; i++)
        if (factors[i].folds.count > result->folds) result->folds = factors[i].folds.count;
    for (int i = 0; i < looks->count && status == VP_OK; i++)
        status = run_look(gpu, settings, factors, count, &looks->look[i], &pictures, result, err);
    const struct vp_network *last = looks->count ? looks->look[looks->count - 1].network : NULL;
    if (status == VP_OK && settings->picture && last) {
        uint32_t rows[FACES + POSES];
        choose_images(labels, rows);
        status = vp_eval_write_swap(gpu, last, &pictures, rows, FACES, POSES, settings->picture, err);
    }
    factors_fini(factors, count);
    return status;
}
