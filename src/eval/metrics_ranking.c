/* Every metric here is one walk over the scores in falling order; equal scores are taken together. */
#include "eval/metrics_sorted.h"
#include "vkpcl/metrics.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>

static int falling(const void *a, const void *b) {
    double x = ((const struct vp_scored *)a)->score, y = ((const struct vp_scored *)b)->score;
    return (x < y) - (x > y);
}

struct vp_scored *vp_scored_sort(int64_t count, const double *score, const bool *positive, int64_t *positives) {
    struct vp_scored *sorted = malloc((size_t)(count + 1) * sizeof *sorted);
    vp_assert(sorted, "no host memory for %lld scores", (long long)count);
    *positives = 0;
    for (int64_t i = 0; i < count; i++) {
        vp_assert(!isnan(score[i]), "score %lld is not a number", (long long)i);
        sorted[i] = (struct vp_scored){score[i], positive[i]};
        *positives += positive[i];
    }
    qsort(sorted, (size_t)count, sizeof *sorted, falling);
    return sorted;
}

/* Mann-Whitney: for each group of equal scores, its positives beat the negatives below it and tie with its own. */
double vp_roc_auc(int64_t count, const double *score, const bool *positive) {
    int64_t positives;
    struct vp_scored *sorted = vp_scored_sort(count, score, positive, &positives);
    int64_t negatives = count - positives, negatives_above = 0;
    double wins = 0;
    for (int64_t i = 0; i < count;) {
        int64_t j = i, p = 0;
        for (; j < count && sorted[j].score == sorted[i].score; j++) p += sorted[j].positive;
        int64_t n = j - i - p;
        wins += (double)p * ((double)(negatives - negatives_above - n) + 0.5 * (double)n);
        negatives_above += n;
        i = j;
    }
    free(sorted);
    return positives && negatives ? wins / ((double)positives * (double)negatives) : (double)NAN;
}

int64_t vp_roc_curve(int64_t count, const double *score, const bool *positive, struct vp_roc_point *points) {
    int64_t positives, true_accepts = 0, used = 0;
    struct vp_scored *sorted = vp_scored_sort(count, score, positive, &positives);
    points[used++] = (struct vp_roc_point){(double)INFINITY, 0, 0};
    for (int64_t i = 0; i < count; i++) {
        true_accepts += sorted[i].positive;
        if (i + 1 < count && sorted[i + 1].score == sorted[i].score) continue;
        points[used++] = (struct vp_roc_point){
            .threshold = sorted[i].score,
            .tpr = positives ? (double)true_accepts / (double)positives : (double)NAN,
            .fpr = positives < count ? (double)(i + 1 - true_accepts) / (double)(count - positives) : (double)NAN};
    }
    free(sorted);
    return used;
}

/* Walks along fpr + tpr, which grows from 0 to 2, and keeps the last point within a step of the one kept before: two
 * kept in a row lie more than a step apart, so that a step of 4 / (most - 2) gives no more than `most`. */
int64_t vp_roc_thin(struct vp_roc_point *points, int64_t count, int64_t most) {
    vp_assert(most >= 4, "%lld points are too few for a curve", (long long)most);
    if (count <= most) return count;
    double step = 4 / (double)(most - 2), begin = points[0].fpr + points[0].tpr;
    int64_t kept = 1;
    for (int64_t i = 1; i + 1 < count; i++) { /* points[kept - 1] is always one before i that was seen already */
        if (points[i + 1].fpr + points[i + 1].tpr - begin <= step) continue;
        begin = points[i].fpr + points[i].tpr;
        points[kept++] = points[i];
    }
    points[kept++] = points[count - 1];
    return kept;
}

double vp_equal_error_rate(const struct vp_roc_point *points, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        const struct vp_roc_point *a = &points[i - 1], *b = &points[i];
        double before = 1 - a->tpr - a->fpr, after = 1 - b->tpr - b->fpr; /* falls from 1 to -1 */
        if (after > 0) continue;
        double share = before > after ? before / (before - after) : 0;
        return a->fpr + share * (b->fpr - a->fpr);
    }
    return (double)NAN;
}

double vp_tar_at_far(const struct vp_roc_point *points, int64_t count, double far) {
    double tar = count > 1 && isnan(points[count - 1].fpr + points[count - 1].tpr) ? (double)NAN : 0;
    for (int64_t i = 0; i < count; i++)
        if (points[i].fpr <= far && points[i].tpr > tar) tar = points[i].tpr;
    return tar;
}

double vp_best_threshold(int64_t count, const double *score, const bool *positive) {
    int64_t positives;
    struct vp_scored *sorted = vp_scored_sort(count, score, positive, &positives);
    int64_t right = count - positives, best = right; /* accept nothing */
    double threshold = count ? sorted[0].score + 1 : 0;
    for (int64_t i = 0; i < count; i++) {
        right += sorted[i].positive ? 1 : -1;
        if (i + 1 < count && sorted[i + 1].score == sorted[i].score) continue;
        if (right < best) continue;
        best = right;
        threshold = i + 1 < count ? 0.5 * (sorted[i].score + sorted[i + 1].score) : sorted[i].score - 1;
    }
    free(sorted);
    return threshold;
}

double vp_accuracy_at(int64_t count, const double *score, const bool *positive, double threshold) {
    int64_t right = 0;
    for (int64_t i = 0; i < count; i++) right += (score[i] >= threshold) == positive[i];
    return count ? (double)right / (double)count : (double)NAN;
}
