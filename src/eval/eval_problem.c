/* The tasks as problems: targets for a probe, and the metrics of its predictions. */
#include "eval/eval_internal.h"
#include "vkpcl/metrics.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void allocate(struct vp_problem *problem, const struct vp_labels *labels, int64_t outputs) {
    problem->rows = labels->count;
    problem->outputs = outputs;
    size_t rows = (size_t)labels->count;
    problem->targets = calloc(rows * (size_t)outputs, sizeof *problem->targets);
    problem->present = calloc(rows, sizeof *problem->present);
    problem->group = calloc(rows, sizeof *problem->group);
    vp_assert(problem->targets && problem->present && problem->group, "no host memory for %d labels", labels->count);
    problem->groups = labels->identities;
    problem->unit = 1;
    problem->better = 1;
    for (int i = 0; i < labels->count; i++) {
        int identity = labels->items[i].identity;
        problem->group[i] = identity == VP_LABEL_MISSING ? problem->groups++ : identity;
    }
}

void vp_problem_fini(struct vp_problem *problem) {
    free(problem->targets);
    free(problem->label);
    free(problem->present);
    free(problem->group);
    *problem = (struct vp_problem){0};
}

static void name_metric(struct vp_problem *problem, const char *format, const char *what) {
    vp_assert(problem->metrics < VP_EVAL_METRICS, "more than %d metrics", VP_EVAL_METRICS);
    char *name = problem->metric_name[problem->metrics++];
    const char *percent = strstr(format, "%s");
    int before = percent ? (int)(percent - format) : (int)strlen(format);
    snprintf(name, VP_EVAL_NAME, "%.*s%.20s%s", before, format, percent ? what : "", percent ? percent + 2 : "");
}

static enum vp_status none_labelled(const struct vp_labels *labels, const char *what, struct vp_error *err) {
    return vp_fail(err, VP_ERR_USAGE,
                   "the labels (read as %s) hold no %s: give another file, or name the column with --columns",
                   labels->format, what);
}

/* ---- classes ------------------------------------------------------------------------------------------------------
 */

static int largest(const float *values, int64_t count) {
    int best = 0;
    for (int64_t k = 1; k < count; k++)
        if (values[k] > values[best]) best = (int)k;
    return best;
}

static void judge_classes(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                          double *metric) {
    int classes = (int)problem->outputs;
    int64_t *confusion = calloc((size_t)classes * (size_t)classes, sizeof *confusion);
    vp_assert(confusion, "no host memory for %d classes", classes);
    for (int64_t i = 0; i < count; i++)
        confusion[problem->label[rows[i]] * classes + largest(predicted + i * classes, classes)]++;
    struct vp_class_metrics m = vp_class_metrics(classes, confusion);
    metric[0] = m.accuracy, metric[1] = m.mean_class_accuracy, metric[2] = m.macro_f1;
    free(confusion);
}

enum vp_status vp_problem_classes(struct vp_problem *problem, const char *name, const struct vp_labels *labels,
                                  bool identities, struct vp_error *err) {
    int classes = identities ? labels->identities : labels->categories;
    *problem = (struct vp_problem){.name = name, .loss = VP_PROBE_CROSS_ENTROPY, .lr = 1e-2, .judge = judge_classes};
    if (classes < 2) return none_labelled(labels, identities ? "identities" : "classes (expression, category)", err);
    allocate(problem, labels, classes);
    problem->label = malloc((size_t)labels->count * sizeof *problem->label);
    vp_assert(problem->label, "no host memory for %d labels", labels->count);
    for (int i = 0; i < labels->count; i++) {
        int label = identities ? labels->items[i].identity : labels->items[i].category;
        problem->label[i] = label;
        problem->present[i] = label != VP_LABEL_MISSING;
        if (problem->present[i]) problem->targets[(int64_t)i * classes + label] = 1;
    }
    name_metric(problem, "accuracy", "");
    name_metric(problem, "mean class accuracy", "");
    name_metric(problem, "macro F1", "");
    return VP_OK;
}

/* ---- action units -------------------------------------------------------------------------------------------------
 */

/* Scores and truths of one unit, where it is labelled; returns how many. */
static int64_t unit_of(const struct vp_problem *problem, int64_t unit, const float *predicted, const uint32_t *rows,
                       int64_t count, double *score, bool *positive) {
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++) {
        float target = problem->targets[rows[i] * problem->outputs + unit];
        if (target < 0) continue;
        score[n] = (double)predicted[i * problem->outputs + unit];
        positive[n++] = target > 0.5f;
    }
    return n;
}

static void judge_aus(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                      double *metric) {
    int64_t units = problem->outputs;
    double *score = malloc((size_t)(count + 1) * sizeof *score);
    bool *positive = malloc((size_t)(count + 1) * sizeof *positive);
    vp_assert(score && positive, "no host memory for %lld scores", (long long)count);
    for (int64_t unit = 0; unit < units; unit++) {
        int64_t n = unit_of(problem, unit, predicted, rows, count, score, positive);
        metric[2 + unit] = vp_f1_at(n, score, positive, 0);
        metric[2 + units + unit] = vp_roc_auc(n, score, positive);
    }
    metric[0] = vp_mean(units, metric + 2);
    metric[1] = vp_mean(units, metric + 2 + units);
    free(score);
    free(positive);
}

static void trace_aus(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                      struct vp_eval_row *row) {
    double *score = malloc((size_t)(count + 1) * sizeof *score);
    bool *positive = malloc((size_t)(count + 1) * sizeof *positive);
    vp_assert(score && positive, "no host memory for %lld scores", (long long)count);
    for (int64_t unit = 0; unit < problem->outputs; unit++) {
        int64_t n = unit_of(problem, unit, predicted, rows, count, score, positive);
        vp_eval_add_curve(row, problem->output_name[unit], n, score, positive);
    }
    free(score);
    free(positive);
}

static void calibrate_aus(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                          float *threshold) {
    double *score = malloc((size_t)(count + 1) * sizeof *score);
    bool *positive = malloc((size_t)(count + 1) * sizeof *positive);
    vp_assert(score && positive, "no host memory for %lld scores", (long long)count);
    for (int64_t unit = 0; unit < problem->outputs; unit++) {
        int64_t n = unit_of(problem, unit, predicted, rows, count, score, positive);
        threshold[unit] = (float)vp_best_f1_threshold(n, score, positive);
    }
    free(score);
    free(positive);
}

enum vp_status vp_problem_aus(struct vp_problem *problem, const struct vp_labels *labels, struct vp_error *err) {
    *problem = (struct vp_problem){.name = "action units",
                                   .loss = VP_PROBE_BCE,
                                   .batch_norm = true,
                                   .lr = 1e-2,
                                   .judge = judge_aus,
                                   .calibrate = calibrate_aus,
                                   .trace = trace_aus};
    if (!labels->aus) return none_labelled(labels, "action units (columns AU1, AU2, ...)", err);
    if (2 + 2 * labels->aus > VP_EVAL_METRICS)
        return vp_fail(err, VP_ERR_USAGE, "%d action units are labelled, %d can be evaluated at once", labels->aus,
                       (VP_EVAL_METRICS - 2) / 2);
    allocate(problem, labels, labels->aus);
    problem->output_name = labels->au_names;
    for (int64_t i = 0; i < labels->count; i++)
        for (int64_t unit = 0; unit < labels->aus; unit++) {
            signed char value = labels->au[i * labels->aus + unit];
            problem->targets[i * labels->aus + unit] = value == VP_LABEL_MISSING ? -1 : value;
            problem->present[i] |= value != VP_LABEL_MISSING;
            problem->partial |= value == VP_LABEL_MISSING;
        }
    name_metric(problem, "mean F1", "");
    name_metric(problem, "mean AUC", "");
    for (int unit = 0; unit < labels->aus; unit++) name_metric(problem, "%s F1", labels->au_names[unit]);
    for (int unit = 0; unit < labels->aus; unit++) name_metric(problem, "%s AUC", labels->au_names[unit]);
    return VP_OK;
}

/* ---- head pose ----------------------------------------------------------------------------------------------------
 */

enum { AXES = 3, BINS = 5 };
static const float axis_unit = 30, largest_angle = 99;
static const double bin_edge[BINS + 1] = {0, 15, 30, 45, 60, 99.001};

static void judge_pose(const struct vp_problem *problem, const float *predicted, const uint32_t *rows, int64_t count,
                       double *metric) {
    double *truth = malloc((size_t)(count + 1) * sizeof *truth), *guess = malloc((size_t)(count + 1) * sizeof *guess);
    vp_assert(truth && guess, "no host memory for %lld angles", (long long)count);
    for (int axis = 0; axis < AXES; axis++) {
        for (int64_t i = 0; i < count; i++) {
            truth[i] = (double)(problem->targets[(int64_t)rows[i] * AXES + axis] * problem->unit);
            guess[i] = (double)(predicted[i * AXES + axis] * problem->unit);
        }
        metric[1 + axis] = vp_mean_absolute_error(count, truth, guess);
        metric[4 + axis] = vp_r2(count, truth, guess);
        int64_t in;
        for (int bin = 0; axis == 0 && bin < BINS; bin++)
            metric[7 + bin] = vp_error_in_bin(count, truth, truth, guess, bin_edge[bin], bin_edge[bin + 1], &in);
    }
    metric[0] = vp_mean(AXES, metric + 1);
    free(truth);
    free(guess);
}

enum vp_status vp_problem_pose(struct vp_problem *problem, const struct vp_labels *labels, struct vp_error *err) {
    *problem = (struct vp_problem){
        .name = "pose", .loss = VP_PROBE_L1, .batch_norm = true, .lr = 1e-3, .decay = 1e-2, .judge = judge_pose};
    allocate(problem, labels, AXES);
    problem->unit = axis_unit;
    problem->better = -1;
    int64_t known = 0;
    for (int64_t i = 0; i < labels->count; i++) {
        const struct vp_label *item = &labels->items[i];
        const float angle[AXES] = {item->yaw, item->pitch, item->roll};
        problem->present[i] = true;
        for (int axis = 0; axis < AXES; axis++) {
            /* NAN compares false; larger angles are drop-outs of the fits that made such labels */
            if (!(fabsf(angle[axis]) <= largest_angle)) problem->present[i] = false;
            problem->targets[i * AXES + axis] = problem->present[i] ? angle[axis] / axis_unit : 0;
        }
        known += problem->present[i];
    }
    if (known < 4) return none_labelled(labels, "angles (columns yaw, pitch, roll)", err);
    static const char *const axes[AXES] = {"yaw", "pitch", "roll"}, *const bins[BINS] = {"0-15", "15-30", "30-45",
                                                                                         "45-60", "60-99"};
    name_metric(problem, "MAE", "");
    for (int axis = 0; axis < AXES; axis++) name_metric(problem, "MAE %s", axes[axis]);
    for (int axis = 0; axis < AXES; axis++) name_metric(problem, "R2 %s", axes[axis]);
    for (int bin = 0; bin < BINS; bin++) name_metric(problem, "MAE yaw %s", bins[bin]);
    return VP_OK;
}
