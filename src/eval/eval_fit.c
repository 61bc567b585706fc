/* One fold, one probe, one protocol: fit, choose, predict. */
#include "eval/eval_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAMBDAS = 5, RIDGE_ROWS = 4000 };
static const double lambdas[LAMBDAS] = {1e-4, 1e-3, 1e-2, 1e-1, 1};

static float *numbers(int64_t count) {
    float *values = malloc((size_t)(count + 1) * sizeof *values);
    vp_assert(values, "no host memory for %lld predictions", (long long)count);
    return values;
}

/* The score of predictions, larger is better; NAN counts as worst. Thresholds are those that suit these rows best. */
static double score_of(const struct vp_problem *problem, const float *predicted, struct vp_rows rows, bool calibrated) {
    double metric[VP_EVAL_METRICS];
    int64_t count = rows.count * problem->outputs;
    float *shifted = numbers(count), *threshold = numbers(problem->outputs);
    memcpy(shifted, predicted, (size_t)count * sizeof *shifted);
    if (problem->calibrate && calibrated) {
        problem->calibrate(problem, predicted, rows.row, rows.count, threshold);
        for (int64_t i = 0; i < count; i++) shifted[i] -= threshold[i % problem->outputs];
    }
    problem->judge(problem, shifted, rows.row, rows.count, metric);
    free(shifted);
    free(threshold);
    return isnan(metric[0]) ? -INFINITY : problem->better * metric[0];
}

/* Test predictions with the validation rows' thresholds taken off. */
static void calibrate(const struct vp_problem *problem, const float *validation, struct vp_rows rows, float *test,
                      int64_t test_rows) {
    if (!problem->calibrate) return;
    float *threshold = numbers(problem->outputs);
    problem->calibrate(problem, validation, rows.row, rows.count, threshold);
    for (int64_t i = 0; i < test_rows * problem->outputs; i++) test[i] -= threshold[i % problem->outputs];
    free(threshold);
}

/* ---- trained epoch by epoch ----------------------------------------------------------------------------------------
 */

static enum vp_status train_epochs(const struct vp_fit *fit, const struct vp_fold *fold, struct vp_probe *probe,
                                   bool honest, float *predicted, double *last, struct vp_error *err) {
    const struct vp_problem *problem = fit->problem;
    struct vp_rows chooser = honest ? fold->validation : fold->test;
    int64_t values = fold->test.count * problem->outputs;
    float *chosen = numbers(chooser.count * problem->outputs);
    double best = -INFINITY;
    enum vp_status status = VP_OK;
    for (int epoch = 0; epoch < fit->epochs && status == VP_OK; epoch++) {
        status = vp_probe_epoch(probe, (honest ? fold->train : fold->fit).row, err);
        if (status == VP_OK) status = vp_probe_predict(probe, chooser.row, chooser.count, chosen, err);
        if (status != VP_OK) break;
        double score = score_of(problem, chosen, chooser, honest);
        *last = problem->better * score;
        if (!(score > best) && epoch > 0) continue;
        best = score;
        if (!honest) {
            memcpy(predicted, chosen, (size_t)values * sizeof *predicted);
            continue;
        }
        status = vp_probe_predict(probe, fold->test.row, fold->test.count, predicted, err);
        if (status == VP_OK) calibrate(problem, chosen, chooser, predicted, fold->test.count);
    }
    free(chosen);
    return status;
}

static enum vp_status fit_trained(const struct vp_fit *fit, const struct vp_fold *fold, bool honest, float *predicted,
                                  double *last, struct vp_error *err) {
    const struct vp_problem *problem = fit->problem;
    struct vp_probe_desc desc = {.loss = problem->loss,
                                 .batch_norm = problem->batch_norm,
                                 .outputs = problem->outputs,
                                 .batch = fit->batch,
                                 .rows = (honest ? fold->train : fold->fit).count,
                                 .epochs = fit->epochs,
                                 .lr = problem->lr,
                                 .decay = problem->decay,
                                 .seed = fit->seed};
    struct vp_probe *probe;
    enum vp_status status = vp_probe_create(&probe, fit->data, &desc, err);
    if (status == VP_OK) status = train_epochs(fit, fold, probe, honest, predicted, last, err);
    vp_probe_destroy(probe);
    return status;
}

/* ---- in closed form ------------------------------------------------------------------------------------------------
 */

static void narrow(const double *from, int64_t count, float *to) {
    for (int64_t i = 0; i < count; i++) to[i] = (float)from[i];
}

/* Every lambda's predictions for validation and test rows together; the best by validation (or test) is taken. */
static enum vp_status fit_ridge(const struct vp_fit *fit, const struct vp_fold *fold, bool honest, float *predicted,
                                struct vp_error *err) {
    const struct vp_problem *problem = fit->problem;
    struct vp_rows train = honest ? fold->train : fold->fit;
    if (train.count > RIDGE_ROWS) {
        vp_log(fit->log, VP_LOG_WARN, "ridge learns from the first %d of %lld rows: its cost grows with their cube",
               RIDGE_ROWS, (long long)train.count);
        train.count = RIDGE_ROWS;
    }
    int64_t choosing = fold->validation.count, testing = fold->test.count, k = problem->outputs;
    struct vp_rows asked = {fold->validation.row, choosing + testing};
    double *out = malloc((size_t)(LAMBDAS * asked.count * k) * sizeof *out);
    if (!out) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for %lld predictions", (long long)asked.count);
    enum vp_status status = vp_ridge(fit->gpu, fit->features->data, fit->features->columns, train, asked,
                                     problem->targets, k, lambdas, LAMBDAS, out, err);
    float *chosen = numbers(asked.count * k);
    double best = -INFINITY;
    for (int i = 0; i < LAMBDAS && status == VP_OK; i++) {
        narrow(out + i * asked.count * k, asked.count * k, chosen);
        float *test = chosen + choosing * k;
        double score =
            honest ? score_of(problem, chosen, fold->validation, true) : score_of(problem, test, fold->test, false);
        if (!(score > best) && i > 0) continue;
        best = score;
        memcpy(predicted, test, (size_t)(testing * k) * sizeof *predicted);
        if (honest) calibrate(problem, chosen, fold->validation, predicted, testing);
    }
    free(chosen);
    free(out);
    return status;
}

enum vp_status vp_fit_fold(const struct vp_fit *fit, const struct vp_fold *fold, enum vp_eval_probe probe,
                           enum vp_eval_protocol protocol, float *predicted, double *last, struct vp_error *err) {
    bool honest = protocol == VP_PROTOCOL_HONEST;
    *last = (double)NAN;
    switch (probe) {
    case VP_EVAL_KNN:
        vp_assert(fit->problem->label, "neighbours vote for classes, %s has none", fit->problem->name);
        return vp_knn(fit->gpu, fit->features->data, fit->features->columns, honest ? fold->train : fold->fit,
                      fold->test, fit->problem->label, (int)fit->problem->outputs, fit->k, predicted, err);
    case VP_EVAL_RIDGE:
        return fit_ridge(fit, fold, honest, predicted, err);
    default:
        return fit_trained(fit, fold, honest, predicted, last, err);
    }
}
