/* Metrics of the four tasks. Everything in double, on the host; checked against scikit-learn by tests/eval.
 *
 * Where a metric is undefined (no positive example, a single class) the value is NAN, and means leave it out.
 */
#ifndef VKPCL_METRICS_H
#define VKPCL_METRICS_H
#include <stdbool.h>
#include <stdint.h>

/* ---- classes (metrics_classes.c) ------------------------------------------------------------------------------ */

/* confusion[truth * classes + predicted] += 1 for each of `count`. */
void vp_confusion(int64_t count, const int *truth, const int *predicted, int classes, int64_t *confusion);
/* From a confusion matrix:
 *   accuracy             sum of the diagonal / all
 *   mean class accuracy  mean of recall = diagonal / row sum over the classes that occur (scikit-learn: balanced)
 *   macro F1             mean of 2 tp / (2 tp + fp + fn) over the classes that occur or were predicted */
struct vp_class_metrics {
    double accuracy, mean_class_accuracy, macro_f1;
};
struct vp_class_metrics vp_class_metrics(int classes, const int64_t *confusion);

/* ---- ranking: scores of pairs or of one action unit (metrics_ranking.c) ------------------------------------------ */

/* Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half. */
double vp_roc_auc(int64_t count, const double *score, const bool *positive);
struct vp_roc_point {
    double threshold; /* accepted: score >= threshold */
    double tpr, fpr;
};
/* One point per distinct score, from strict to lax, behind (inf, 0, 0); returns their number. points: count + 1. */
int64_t vp_roc_curve(int64_t count, const double *score, const bool *positive, struct vp_roc_point *points);
/* Keeps at most `most` (4 or more) of a curve's points, in place, its two ends among them; returns their number. A
 * curve only rises, so what is left out lies in the rectangle between two kept neighbours; unless they were neighbours
 * before, its width and height add up to at most 4 / (most - 2). */
int64_t vp_roc_thin(struct vp_roc_point *points, int64_t count, int64_t most);
/* Equal error rate: where false accepts equal false rejects, fpr = 1 - tpr, linear between the points of the curve. */
double vp_equal_error_rate(const struct vp_roc_point *points, int64_t count);
/* The largest tpr of a point with fpr <= far. */
double vp_tar_at_far(const struct vp_roc_point *points, int64_t count, double far);
/* The threshold with the most correct decisions; halfway between the two scores next to it. Of several, the lowest. */
double vp_best_threshold(int64_t count, const double *score, const bool *positive);
/* Share of correct decisions at a threshold. */
double vp_accuracy_at(int64_t count, const double *score, const bool *positive, double threshold);

/* ---- labels that may all be true: action units (metrics_labels.c) ------------------------------------------------ */

/* F1 = 2 tp / (2 tp + fp + fn) with score >= threshold as the decision; NAN without positives in truth or decision. */
double vp_f1_at(int64_t count, const double *score, const bool *positive, double threshold);
/* The threshold of the largest F1 (halfway between two scores; of several, the highest); 0 when nothing is positive. */
double vp_best_f1_threshold(int64_t count, const double *score, const bool *positive);

/* ---- numbers: angles (metrics_numbers.c) --------------------------------------------------------------------------
 */

double vp_mean_absolute_error(int64_t count, const double *truth, const double *predicted);
/* 1 - sum (t - p)^2 / sum (t - mean t)^2; NAN when all t are the same. */
double vp_r2(int64_t count, const double *truth, const double *predicted);
/* Mean absolute error of those whose |key| lies in [low, high); *in is their number. */
double vp_error_in_bin(int64_t count, const double *key, const double *truth, const double *predicted, double low,
                       double high, int64_t *in);

/* ---- spread (metrics_spread.c) ------------------------------------------------------------------------------------
 */

/* Leaves NANs out; NAN of none. deviation is that of the sample, n - 1 below. */
double vp_mean(int64_t count, const double *values);
double vp_deviation(int64_t count, const double *values);
/* Quantile q in [0, 1] by linear interpolation (numpy's default); sorts `values`, which must hold no NAN. */
double vp_quantile(int64_t count, double *values, double q);

#endif
