/* Verification: are two images of one person? The cosine of the features as they are, and of a learned embedding. */
#include "eval/eval_internal.h"
#include "train/run.h"
#include "vkpcl/clock.h"
#include "vkpcl/metrics.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EMBEDDING = 128, METRICS = 5, ACCURACY = 0, AUC, EER, TAR_2, TAR_3 };
static const char *const metric_names[METRICS] = {"accuracy", "ROC AUC", "EER", "TAR at FAR 1e-2", "TAR at FAR 1e-3"};

struct verification {
    struct vp_gpu *gpu;
    const struct vp_eval_settings *settings;
    const struct vp_pairs *pairs;
    uint32_t *first, *second; /* (pairs): rows of the features */
    bool *same;
    float *sign;
};

static void *memory(int64_t count, size_t size) {
    void *p = calloc((size_t)count + 1, size);
    vp_assert(p, "no host memory for %lld pairs", (long long)count);
    return p;
}

/* cos(a - mean, b - mean). */
static double cosine(const float *a, const float *b, const float *mean, int64_t n) {
    double ab = 0, aa = 0, bb = 0;
    for (int64_t k = 0; k < n; k++) {
        double u = (double)(a[k] - mean[k]), v = (double)(b[k] - mean[k]);
        ab += u * v;
        aa += u * u;
        bb += v * v;
    }
    return ab / fmax(sqrt(aa * bb), 1e-24);
}

static void score_pairs(const struct verification *v, const float *features, int64_t columns, const float *mean,
                        double *score) {
    for (int i = 0; i < v->pairs->count; i++)
        score[i] = cosine(features + v->first[i] * columns, features + v->second[i] * columns, mean, columns);
}

/* Pairs of one fold (or of all others: `inside` false), gathered for the metrics. */
static int64_t select_pairs(const struct verification *v, const double *score, int fold, bool inside, double *some,
                            bool *same) {
    int64_t n = 0;
    for (int i = 0; i < v->pairs->count; i++)
        if ((v->pairs->pairs[i].fold == fold) == inside) some[n] = score[i], same[n++] = v->same[i];
    return n;
}

/* The best accuracy that any threshold has on one fold: what an epoch of training is chosen by. */
static double best_accuracy(const struct verification *v, const double *score, int fold) {
    double *some = memory(v->pairs->count, sizeof *some);
    bool *same = memory(v->pairs->count, sizeof *same);
    int64_t n = select_pairs(v, score, fold, true, some, same);
    double accuracy = vp_accuracy_at(n, some, same, vp_best_threshold(n, some, same));
    free(some);
    free(same);
    return accuracy;
}

/* ---- from scores to a line of the table
 * -------------------------------------------------------------------------------- */

static void ranking(int64_t n, const double *score, const bool *same, struct vp_roc_point *points, double *metric) {
    int64_t count = vp_roc_curve(n, score, same, points);
    metric[AUC] = vp_roc_auc(n, score, same);
    metric[EER] = vp_equal_error_rate(points, count);
    metric[TAR_2] = vp_tar_at_far(points, count, 1e-2);
    metric[TAR_3] = vp_tar_at_far(points, count, 1e-3);
}

/* Bootstrap over pairs: LFW's pairs are drawn anew in every fold, so the pair is the unit. Accuracy takes its interval
 * from the decisions at their folds' thresholds. */
static void fill_intervals(struct vp_eval_row *row, const struct verification *v, const double *score,
                           const bool *right) {
    int n = v->pairs->count, samples = v->settings->bootstrap;
    double *sample = memory((int64_t)METRICS * samples, sizeof *sample), *some = memory(n, sizeof *some);
    bool *same = memory(n, sizeof *same);
    struct vp_roc_point *points = memory(n + 1, sizeof *points);
    for (int b = 0; b < samples; b++) {
        double metric[METRICS] = {0};
        for (int i = 0; i < n; i++) {
            uint32_t at =
                vp_rng_below(v->settings->seed, vp_rng_stream(VP_RNG_FOLDS, (uint32_t)b + 2), (uint64_t)i, (uint32_t)n);
            some[i] = score[at];
            same[i] = v->same[at];
            metric[ACCURACY] += right[at] / (double)n;
        }
        ranking(n, some, same, points, metric);
        for (int m = 0; m < METRICS; m++) sample[m * samples + b] = metric[m];
    }
    for (int m = 0; m < METRICS; m++)
        vp_eval_interval(sample + m * samples, samples, &row->metric[m].low, &row->metric[m].high);
    free(sample);
    free(some);
    free(same);
    free(points);
}

/* scores (folds, pairs): fold f is judged by scores[f], its threshold is the best one of the other folds' pairs
 * (honest) or of its own (released). */
static void fill_row(struct vp_eval_row *row, const struct verification *v, const double *scores,
                     enum vp_eval_protocol protocol) {
    int folds = v->pairs->folds, n = v->pairs->count;
    double *value = memory((int64_t)METRICS * folds, sizeof *value), *own = memory(n, sizeof *own);
    double *some = memory(n, sizeof *some);
    bool *same = memory(n, sizeof *same), *right = memory(n, sizeof *right);
    struct vp_roc_point *points = memory(n + 1, sizeof *points);
    for (int f = 0; f < folds; f++) {
        const double *score = scores + (int64_t)f * n;
        double metric[METRICS];
        int64_t count = select_pairs(v, score, f, protocol == VP_PROTOCOL_RELEASED, some, same);
        double threshold = vp_best_threshold(count, some, same);
        count = select_pairs(v, score, f, true, some, same);
        ranking(count, some, same, points, metric);
        metric[ACCURACY] = vp_accuracy_at(count, some, same, threshold);
        for (int m = 0; m < METRICS; m++) value[m * folds + f] = metric[m];
        for (int i = 0; i < n; i++)
            if (v->pairs->pairs[i].fold == f) own[i] = score[i], right[i] = (score[i] >= threshold) == v->same[i];
    }
    row->metrics = METRICS;
    for (int m = 0; m < METRICS; m++) {
        snprintf(row->metric[m].name, VP_EVAL_NAME, "%s", metric_names[m]);
        row->metric[m].value = vp_mean(folds, value + m * folds);
        row->metric[m].deviation = vp_deviation(folds, value + m * folds);
    }
    vp_eval_add_curve(row, "", n, own, v->same);
    fill_intervals(row, v, own, right);
    free(value);
    free(own);
    free(some);
    free(same);
    free(right);
    free(points);
}

/* ---- the learned embedding
 * ---------------------------------------------------------------------------------------------- */

/* Trains on the pairs outside `fold` (and, honest, outside the validation fold), keeps the scores of the best epoch. */
static enum vp_status train_fold(const struct verification *v, const struct vp_features *features,
                                 const struct vp_probe_data *data, int fold, enum vp_eval_protocol protocol,
                                 double *best_score, struct vp_error *err) {
    int n = v->pairs->count, folds = v->pairs->folds;
    bool honest = protocol == VP_PROTOCOL_HONEST;
    int chooser = honest ? (fold + 1) % folds : fold;
    uint32_t *train = memory(n, sizeof *train), *all = memory(features->rows, sizeof *all);
    int64_t count = 0;
    for (int i = 0; i < n; i++) {
        int at = v->pairs->pairs[i].fold;
        if (at != fold && at != chooser) train[count++] = (uint32_t)i;
    }
    for (int64_t i = 0; i < features->rows; i++) all[i] = (uint32_t)i;
    struct vp_probe_desc desc = {.loss = VP_PROBE_COSINE,
                                 .batch_norm = true,
                                 .outputs = EMBEDDING,
                                 .batch = v->settings->batch,
                                 .rows = count,
                                 .epochs = v->settings->epochs,
                                 .lr = 1e-3,
                                 .seed = v->settings->seed};
    float *embedding = memory(features->rows * EMBEDDING, sizeof *embedding), origin[EMBEDDING] = {0};
    double *score = memory(n, sizeof *score), best = -1;
    struct vp_probe *probe;
    enum vp_status status = vp_probe_create(&probe, data, &desc, err);
    for (int epoch = 0; epoch < v->settings->epochs && status == VP_OK; epoch++) {
        status = vp_probe_epoch_pairs(probe, train, v->first, v->second, err);
        if (status == VP_OK) status = vp_probe_predict(probe, all, features->rows, embedding, err);
        if (status != VP_OK) break;
        score_pairs(v, embedding, EMBEDDING, origin, score);
        double accuracy = best_accuracy(v, score, chooser);
        if (accuracy < best) continue;
        best = accuracy;
        memcpy(best_score, score, (size_t)n * sizeof *score);
    }
    vp_probe_destroy(probe);
    free(train);
    free(all);
    free(embedding);
    free(score);
    return status;
}

static enum vp_status trained_row(struct vp_eval_row *row, const struct verification *v,
                                  const struct vp_features *features, enum vp_eval_protocol protocol,
                                  struct vp_error *err) {
    int n = v->pairs->count, folds = v->pairs->folds;
    double *scores = memory((int64_t)folds * n, sizeof *scores);
    struct vp_probe_data data;
    enum vp_status status =
        vp_probe_data_init(&data, v->gpu, features->rows, features->columns, features->data, n, 1, v->sign, err);
    for (int f = 0; f < folds && status == VP_OK; f++)
        status = train_fold(v, features, &data, f, protocol, scores + (int64_t)f * n, err);
    if (status == VP_OK) fill_row(row, v, scores, protocol);
    vp_probe_data_fini(&data);
    free(scores);
    return status;
}

/* Mean feature of the images in pairs outside `fold`. */
static void mean_outside(const struct verification *v, const struct vp_features *features, int fold, float *mean) {
    double *sum = memory(features->columns, sizeof *sum), count = 0;
    for (int i = 0; i < v->pairs->count; i++) {
        if (v->pairs->pairs[i].fold == fold) continue;
        const uint32_t both[2] = {v->first[i], v->second[i]};
        for (int side = 0; side < 2; side++, count++)
            for (int64_t k = 0; k < features->columns; k++)
                sum[k] += (double)features->data[both[side] * features->columns + k];
    }
    for (int64_t k = 0; k < features->columns; k++) mean[k] = (float)(sum[k] / count);
    free(sum);
}

/* The features' own cosine. Without a mean to take off, most of it is what all faces have in common; `centred` takes
 * off that of the other folds. */
static void plain_row(struct vp_eval_row *row, const struct verification *v, const struct vp_features *features,
                      bool centred, enum vp_eval_protocol protocol) {
    int n = v->pairs->count, folds = v->pairs->folds;
    double *scores = memory((int64_t)folds * n, sizeof *scores);
    float *mean = memory(features->columns, sizeof *mean);
    for (int f = 0; f < folds; f++) {
        if (centred) mean_outside(v, features, f, mean);
        if (centred || f == 0)
            score_pairs(v, features->data, features->columns, mean, scores + (int64_t)f * n);
        else
            memcpy(scores + (int64_t)f * n, scores, (size_t)n * sizeof *scores);
    }
    fill_row(row, v, scores, protocol);
    free(scores);
    free(mean);
}

/* ---- the task
 * ------------------------------------------------------------------------------------------------------------ */

static enum vp_status run_look(const struct verification *v, const struct vp_eval_look *look,
                               const struct vp_features *features, struct vp_eval_result *result,
                               struct vp_error *err) {
    const struct vp_eval_settings *settings = v->settings;
    enum vp_status status = VP_OK;
    static const char *const names[] = {"cosine", "cosine, centred", "linear"};
    for (int kind = 0; kind < 3; kind++)
        for (enum vp_eval_protocol protocol = 0; protocol < VP_PROTOCOLS && status == VP_OK; protocol++) {
            if (!(settings->protocols >> protocol & 1)) continue;
            if (!(settings->probes >> (kind == 2 ? VP_EVAL_LINEAR : VP_EVAL_KNN) & 1)) continue;
            double began = vp_clock_wall();
            struct vp_eval_row *row = vp_eval_add_row(result);
            snprintf(row->source, sizeof row->source, "%s", vp_eval_source_name(look->source));
            snprintf(row->feature, sizeof row->feature, "%s",
                     look->network ? vp_feature_name(settings->feature) : "grey");
            snprintf(row->probe, sizeof row->probe, "%s", names[kind]);
            snprintf(row->protocol, sizeof row->protocol, "%s", vp_eval_protocol_name(protocol));
            if (kind == 2)
                status = trained_row(row, v, features, protocol, err);
            else
                plain_row(row, v, features, kind == 1, protocol);
            row->seconds = vp_clock_wall() - began;
        }
    return status;
}

static enum vp_status check_pairs(const struct vp_pairs *pairs, struct vp_error *err) {
    if (pairs->folds >= 3) return VP_OK;
    return vp_fail(
        err, VP_ERR_USAGE,
        "the pairs are in %d fold%s: at least 3 are needed to train, choose and test (vkpcl synth makes as many "
        "when there are enough people)",
        pairs->folds, pairs->folds == 1 ? "" : "s");
}

enum vp_status vp_eval_verify(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                              const struct vp_eval_looks *looks, struct vp_eval_result *result, struct vp_error *err) {
    struct vp_pairs *pairs;
    enum vp_status status = vp_pairs_read(&settings->data, &pairs, err);
    if (status != VP_OK) return status;
    int n = pairs->count;
    struct verification v = {.gpu = gpu,
                             .settings = settings,
                             .pairs = pairs,
                             .first = memory(n, sizeof *v.first),
                             .second = memory(n, sizeof *v.second),
                             .same = memory(n, sizeof *v.same),
                             .sign = memory(n, sizeof *v.sign)};
    for (int i = 0; i < n; i++) {
        v.first[i] = (uint32_t)pairs->pairs[i].a;
        v.second[i] = (uint32_t)pairs->pairs[i].b;
        v.same[i] = pairs->pairs[i].same;
        v.sign[i] = v.same[i] ? 1 : -1;
    }
    result->images = pairs->images;
    result->test_images = n;
    result->folds = pairs->folds;
    vp_log(settings->log, VP_LOG_DEBUG, "pairs: %s (%s), %d pairs of %d images in %d folds", settings->data.path,
           pairs->format, n, pairs->images, pairs->folds);
    struct vp_picture_set pictures = vp_eval_pair_pictures(pairs);
    status = check_pairs(pairs, err);
    for (int i = 0; i < looks->count && status == VP_OK; i++) {
        enum vp_feature feature = looks->look[i].network ? settings->feature : VP_FEATURE_PIXELS;
        struct vp_features features[VP_FEATURES];
        status = vp_eval_look_at(&looks->look[i], gpu, settings, result->size, &pictures, 1u << feature, features, err);
        if (status != VP_OK) break;
        status = run_look(&v, &looks->look[i], &features[feature], result, err);
        vp_features_fini(&features[feature]);
    }
    free(v.first);
    free(v.second);
    free(v.same);
    free(v.sign);
    vp_pairs_destroy(pairs);
    return status;
}
