/* All folds of one probe become one line: means, deviations over folds, bootstrap intervals over identities. */
#include "eval/eval_internal.h"
#include "train/run.h"
#include "vkpcl/clock.h"
#include "vkpcl/metrics.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vp_eval_row *vp_eval_add_row(struct vp_eval_result *result) {
    result->row = realloc(result->row, (size_t)(result->rows + 1) * sizeof *result->row);
    vp_assert(result->row, "no host memory for %d lines", result->rows + 1);
    struct vp_eval_row *row = &result->row[result->rows++];
    memset(row, 0, sizeof *row);
    return row;
}

void vp_eval_row_fini(struct vp_eval_row *row) {
    free(row->confusion);
    for (int i = 0; i < row->curves; i++) free(row->curve[i].point);
    free(row->curve);
    *row = (struct vp_eval_row){0};
}

void vp_eval_interval(double *samples, int count, double *low, double *high) {
    int64_t n = 0;
    for (int i = 0; i < count; i++)
        if (!isnan(samples[i])) samples[n++] = samples[i];
    *low = vp_quantile(n, samples, 0.025);
    *high = vp_quantile(n, samples, 0.975);
}

static void *memory(int64_t count, size_t size) {
    void *p = calloc((size_t)count + 1, size);
    vp_assert(p, "no host memory for %lld numbers", (long long)count);
    return p;
}

/* ---- bootstrap: test rows of a fold, drawn by whole groups with replacement -----------------------------------------
 */

struct resampler {
    const struct vp_problem *problem;
    int64_t *start, *place; /* places of each group's rows among the test rows: place[start[g]..start[g+1]) */
    int *used;              /* groups with rows */
    int used_count;
    float *predicted;
    uint32_t *rows;
    int64_t room;
};

static void resampler_init(struct resampler *r, const struct vp_problem *problem, struct vp_rows test) {
    *r = (struct resampler){.problem = problem};
    r->start = memory(problem->groups + 1, sizeof *r->start);
    r->place = memory(test.count, sizeof *r->place);
    r->used = memory(problem->groups, sizeof *r->used);
    for (int64_t i = 0; i < test.count; i++) r->start[problem->group[test.row[i]] + 1]++;
    int64_t largest = 1;
    for (int g = 0; g < problem->groups; g++) {
        if (r->start[g + 1]) r->used[r->used_count++] = g;
        if (r->start[g + 1] > largest) largest = r->start[g + 1];
        r->start[g + 1] += r->start[g];
    }
    int64_t *next = memory(problem->groups, sizeof *next);
    for (int64_t i = 0; i < test.count; i++) {
        int g = problem->group[test.row[i]];
        r->place[r->start[g] + next[g]++] = i;
    }
    free(next);
    r->room = largest * r->used_count;
    r->predicted = memory(r->room * problem->outputs, sizeof *r->predicted);
    r->rows = memory(r->room, sizeof *r->rows);
}

static void resampler_fini(struct resampler *r) {
    free(r->start);
    free(r->place);
    free(r->used);
    free(r->predicted);
    free(r->rows);
}

static void judge_sample(struct resampler *r, const float *predicted, struct vp_rows test, uint64_t seed,
                         uint32_t sample, double *metric) {
    int64_t count = 0, k = r->problem->outputs;
    for (int j = 0; j < r->used_count; j++) {
        int g =
            r->used[vp_rng_below(seed, vp_rng_stream(VP_RNG_FOLDS, sample + 2), (uint64_t)j, (uint32_t)r->used_count)];
        for (int64_t p = r->start[g]; p < r->start[g + 1]; p++, count++) {
            r->rows[count] = test.row[r->place[p]];
            memcpy(r->predicted + count * k, predicted + r->place[p] * k, (size_t)k * sizeof(float));
        }
    }
    r->problem->judge(r->problem, r->predicted, r->rows, count, metric);
}

/* ---- the line
 * ---------------------------------------------------------------------------------------------------------- */

struct gathered {
    double *value;    /* (metrics, folds) */
    double *sample;   /* (metrics, bootstrap): sums over the folds */
    double *last;     /* (folds) */
    float *predicted; /* (test rows of all folds, outputs) */
    uint32_t *rows;   /* those test rows */
    int64_t tested;   /* so far */
};

static int64_t test_rows(const struct vp_folds *folds) {
    int64_t count = 0;
    for (int f = 0; f < folds->count; f++) count += folds->fold[f].test.count;
    return count;
}

static void add_confusion(const struct vp_problem *problem, const float *predicted, struct vp_rows test,
                          int64_t *confusion) {
    vp_assert(problem->label, "%lld rows without classes", (long long)test.count);
    for (int64_t i = 0; i < test.count; i++) {
        int64_t best = 0;
        for (int64_t k = 1; k < problem->outputs; k++)
            if (predicted[i * problem->outputs + k] > predicted[i * problem->outputs + best]) best = k;
        confusion[problem->label[test.row[i]] * problem->outputs + best]++;
    }
}

static void judge_fold(const struct vp_fit *fit, struct gathered *all, int fold, int folds, struct vp_rows test,
                       const float *predicted, int bootstrap) {
    const struct vp_problem *problem = fit->problem;
    double metric[VP_EVAL_METRICS];
    problem->judge(problem, predicted, test.row, test.count, metric);
    for (int m = 0; m < problem->metrics; m++) all->value[m * folds + fold] = metric[m];
    struct resampler resampler;
    resampler_init(&resampler, problem, test);
    for (int b = 0; b < bootstrap; b++) {
        judge_sample(&resampler, predicted, test, fit->seed + (uint64_t)fold, (uint32_t)b, metric);
        for (int m = 0; m < problem->metrics; m++) all->sample[m * bootstrap + b] += metric[m] / folds;
    }
    resampler_fini(&resampler);
}

static void fill_metrics(struct vp_eval_row *row, const struct vp_problem *problem, struct gathered *all, int folds,
                         int bootstrap) {
    row->metrics = problem->metrics;
    for (int m = 0; m < problem->metrics; m++) {
        struct vp_eval_metric *metric = &row->metric[m];
        memcpy(metric->name, problem->metric_name[m], VP_EVAL_NAME);
        metric->value = vp_mean(folds, all->value + m * folds);
        metric->deviation = vp_deviation(folds, all->value + m * folds);
        vp_eval_interval(all->sample + m * bootstrap, bootstrap, &metric->low, &metric->high);
    }
    double last = vp_mean(folds, all->last);
    if (strcmp(row->protocol, "released") != 0 || isnan(last) || row->metrics == VP_EVAL_METRICS) return;
    struct vp_eval_metric *metric = &row->metric[row->metrics++];
    *metric = (struct vp_eval_metric){
        .value = last, .deviation = vp_deviation(folds, all->last), .low = (double)NAN, .high = (double)NAN};
    snprintf(metric->name, VP_EVAL_NAME, "%.30s, last epoch", problem->metric_name[0]);
}

enum vp_status vp_eval_fill_row(struct vp_eval_row *row, const struct vp_fit *fit, const struct vp_folds *folds,
                                enum vp_eval_probe probe, enum vp_eval_protocol protocol, int bootstrap,
                                struct vp_error *err) {
    const struct vp_problem *problem = fit->problem;
    double began = vp_clock_wall();
    snprintf(row->probe, sizeof row->probe, "%s", vp_eval_probe_name(probe));
    snprintf(row->protocol, sizeof row->protocol, "%s", vp_eval_protocol_name(protocol));
    int64_t tests = test_rows(folds);
    struct gathered all = {.value = memory((int64_t)problem->metrics * folds->count, sizeof(double)),
                           .sample = memory((int64_t)problem->metrics * bootstrap, sizeof(double)),
                           .last = memory(folds->count, sizeof(double)),
                           .predicted = memory(tests * problem->outputs, sizeof(float)),
                           .rows = memory(tests, sizeof(uint32_t))};
    if (problem->label) row->confusion = memory(problem->outputs * problem->outputs, sizeof *row->confusion);
    enum vp_status status = VP_OK;
    for (int f = 0; f < folds->count && status == VP_OK; f++) {
        struct vp_rows test = folds->fold[f].test;
        float *predicted = all.predicted + all.tested * problem->outputs;
        status = vp_fit_fold(fit, &folds->fold[f], probe, protocol, predicted, &all.last[f], err);
        if (status == VP_OK) judge_fold(fit, &all, f, folds->count, test, predicted, bootstrap);
        if (status == VP_OK && row->confusion) add_confusion(problem, predicted, test, row->confusion);
        memcpy(all.rows + all.tested, test.row, (size_t)test.count * sizeof *all.rows);
        all.tested += test.count;
    }
    if (status == VP_OK) fill_metrics(row, problem, &all, folds->count, bootstrap);
    if (status == VP_OK && problem->trace) problem->trace(problem, all.predicted, all.rows, all.tested, row);
    row->seconds = vp_clock_wall() - began;
    free(all.value);
    free(all.sample);
    free(all.last);
    free(all.predicted);
    free(all.rows);
    return status;
}
