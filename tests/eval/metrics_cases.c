/* Computes every metric for the cases in an npz, for metrics_sklearn.py to compare. usage: metrics_cases IN.npz OUT.npz
 *
 * In: truth, predicted (n) i64 and classes (1) i64; score (n) f64 and positive (n) i64; target, estimate (n) f64.
 * Out: one f64 (1) per metric; the ROC curve as fpr, tpr, threshold (points), and as thin (points, 2) what a report
 * keeps. */
#include "vkpcl/metrics.h"
#include "vkpcl/npz.h"
#include <stdio.h>
#include <stdlib.h>

static int64_t *whole_numbers(struct vp_npz *in, const char *name, int64_t *count) {
    struct vp_array array;
    struct vp_error err;
    if (vp_npz_need(in, name, VP_ARRAY_I64, 1, (const int64_t[]){-1}, &array, &err) != VP_OK)
        fprintf(stderr, "%s\n", err.message), exit(1);
    *count = array.shape[0];
    return array.data;
}

static double *numbers(struct vp_npz *in, const char *name) {
    struct vp_array array;
    struct vp_error err;
    if (vp_npz_need(in, name, VP_ARRAY_F64, 1, (const int64_t[]){-1}, &array, &err) != VP_OK)
        fprintf(stderr, "%s\n", err.message), exit(1);
    return array.data;
}

static void put(struct vp_npz_writer *out, const char *name, double value) {
    struct vp_array array = {.type = VP_ARRAY_F64, .rank = 1, .shape = {1}, .data = &value};
    vp_npz_add(out, name, &array, NULL);
}

static void put_curve(struct vp_npz_writer *out, struct vp_roc_point *points, int64_t count) {
    double *column = malloc((size_t)(2 * count) * sizeof *column);
    const char *const names[] = {"fpr", "tpr", "threshold"};
    struct vp_array array = {.type = VP_ARRAY_F64, .rank = 1, .shape = {count}, .data = column};
    for (int which = 0; which < 3; which++) {
        for (int64_t i = 0; i < count; i++)
            column[i] = which == 0 ? points[i].fpr : which == 1 ? points[i].tpr : points[i].threshold;
        vp_npz_add(out, names[which], &array, NULL);
    }
    count = vp_roc_thin(points, count, 42);
    for (int64_t i = 0; i < count; i++) column[2 * i] = points[i].fpr, column[2 * i + 1] = points[i].tpr;
    array = (struct vp_array){.type = VP_ARRAY_F64, .rank = 2, .shape = {count, 2}, .data = column};
    vp_npz_add(out, "thin", &array, NULL);
    free(column);
}

static void classes(struct vp_npz *in, struct vp_npz_writer *out) {
    int64_t n, one, *truth = whole_numbers(in, "truth", &n), *predicted = whole_numbers(in, "predicted", &n),
                    *count = whole_numbers(in, "classes", &one), *confusion;
    int *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b);
    for (int64_t i = 0; i < n; i++) a[i] = (int)truth[i], b[i] = (int)predicted[i];
    confusion = calloc((size_t)(*count * *count), sizeof *confusion);
    vp_confusion(n, a, b, (int)*count, confusion);
    struct vp_class_metrics m = vp_class_metrics((int)*count, confusion);
    put(out, "accuracy", m.accuracy);
    put(out, "mean_class_accuracy", m.mean_class_accuracy);
    put(out, "macro_f1", m.macro_f1);
    struct vp_array array = {.type = VP_ARRAY_I64, .rank = 2, .shape = {*count, *count}, .data = confusion};
    vp_npz_add(out, "confusion", &array, NULL);
    free(truth), free(predicted), free(count), free(confusion), free(a), free(b);
}

static void ranking(struct vp_npz *in, struct vp_npz_writer *out) {
    int64_t n, *yes = whole_numbers(in, "positive", &n);
    double *score = numbers(in, "score");
    bool *positive = malloc((size_t)n * sizeof *positive);
    for (int64_t i = 0; i < n; i++) positive[i] = yes[i] != 0;
    struct vp_roc_point *points = malloc((size_t)(n + 1) * sizeof *points);
    int64_t count = vp_roc_curve(n, score, positive, points);
    double threshold = vp_best_threshold(n, score, positive), f1 = vp_best_f1_threshold(n, score, positive);
    put(out, "roc_auc", vp_roc_auc(n, score, positive));
    put(out, "eer", vp_equal_error_rate(points, count));
    put(out, "tar_1e2", vp_tar_at_far(points, count, 1e-2));
    put(out, "tar_1e1", vp_tar_at_far(points, count, 1e-1));
    put(out, "best_accuracy", vp_accuracy_at(n, score, positive, threshold));
    put(out, "f1", vp_f1_at(n, score, positive, 0));
    put(out, "best_f1", vp_f1_at(n, score, positive, f1));
    put_curve(out, points, count);
    free(yes), free(score), free(positive), free(points);
}

static void angles(struct vp_npz *in, struct vp_npz_writer *out) {
    int64_t n;
    int64_t *any = whole_numbers(in, "truth", &n);
    double *target = numbers(in, "target"), *estimate = numbers(in, "estimate");
    put(out, "mae", vp_mean_absolute_error(n, target, estimate));
    put(out, "r2", vp_r2(n, target, estimate));
    put(out, "deviation", vp_deviation(n, target));
    put(out, "quantile", vp_quantile(n, target, 0.025));
    free(any), free(target), free(estimate);
}

int main(int argc, char **argv) {
    struct vp_error err;
    if (argc != 3) return fprintf(stderr, "usage: metrics_cases IN.npz OUT.npz\n"), 2;
    struct vp_npz *in = vp_npz_open(argv[1], &err);
    struct vp_npz_writer *out = in ? vp_npz_writer_create(argv[2], false, &err) : NULL;
    if (!out) return fprintf(stderr, "%s\n", err.message), 1;
    classes(in, out);
    ranking(in, out);
    angles(in, out);
    enum vp_status status = vp_npz_commit(out, &err);
    vp_npz_writer_destroy(out);
    vp_npz_close(in);
    return status == VP_OK ? 0 : 1;
}
