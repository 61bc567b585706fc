/* Metrics against values worked out by hand, including the cases where there is none. */
#include "vkpcl/metrics.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NEAR(got, want)                                                                                                \
    do {                                                                                                               \
        double got_ = (got), want_ = (want);                                                                           \
        if (!(fabs(got_ - want_) < 1e-12)) fail_msg("%s is %.17g, wanted %.17g", #got, got_, want_);                   \
    } while (0)

/* Three classes, the last never occurs but is predicted once. */
static void test_classes(void **state) {
    (void)state;
    const int truth[] = {0, 0, 0, 1, 1}, predicted[] = {0, 0, 1, 1, 2};
    int64_t confusion[9] = {0};
    vp_confusion(5, truth, predicted, 3, confusion);
    const int64_t want[9] = {2, 1, 0, 0, 1, 1, 0, 0, 0};
    assert_memory_equal(confusion, want, sizeof want);
    struct vp_class_metrics m = vp_class_metrics(3, confusion);
    NEAR(m.accuracy, 3.0 / 5);
    NEAR(m.mean_class_accuracy, (2.0 / 3 + 1.0 / 2) / 2);
    NEAR(m.macro_f1, (4.0 / 5 + 2.0 / 4 + 0) / 3);
    const int64_t empty[4] = {0};
    assert_true(isnan(vp_class_metrics(2, empty).accuracy));
}

/* Positives 0.9, 0.6, 0.6; negatives 0.7, 0.6, 0.1: of 9 comparisons 6 are won and 2 tied. */
static void test_ranking(void **state) {
    (void)state;
    const double score[] = {0.9, 0.6, 0.6, 0.7, 0.6, 0.1};
    const bool positive[] = {true, true, true, false, false, false};
    NEAR(vp_roc_auc(6, score, positive), (3 + 1.5 + 1.5) / 9);
    struct vp_roc_point points[7];
    assert_int_equal(vp_roc_curve(6, score, positive, points), 5);
    assert_true(isinf(points[0].threshold));
    NEAR(points[2].threshold, 0.7);
    NEAR(points[2].tpr, 1.0 / 3);
    NEAR(points[2].fpr, 1.0 / 3);
    /* From (1/3, 1/3) to (2/3, 1): 1 - tpr - fpr falls from 1/3 to -2/3, zero a third of the way. */
    NEAR(vp_equal_error_rate(points, 5), 1.0 / 3 + 1.0 / 9);
    NEAR(vp_tar_at_far(points, 5, 0.01), 1.0 / 3);
    NEAR(vp_tar_at_far(points, 5, 0.7), 1);
    NEAR(vp_best_threshold(6, score, positive), (0.6 + 0.1) / 2); /* four right, as at 0.8: the lowest is taken */
    NEAR(vp_accuracy_at(6, score, positive, 0.8), 4.0 / 6);
    NEAR(vp_accuracy_at(6, score, positive, 0.6), 4.0 / 6); /* a score at the threshold is accepted */
    const bool none[6] = {0};
    assert_true(isnan(vp_roc_auc(6, score, none)));
    assert_true(isnan(vp_tar_at_far(points, vp_roc_curve(6, score, none, points), 0.1)));
}

static void test_perfect_and_reversed(void **state) {
    (void)state;
    const double score[] = {3, 2, 1, 0};
    const bool right[] = {true, true, false, false}, wrong[] = {false, false, true, true};
    struct vp_roc_point points[5];
    NEAR(vp_roc_auc(4, score, right), 1);
    NEAR(vp_equal_error_rate(points, vp_roc_curve(4, score, right, points)), 0);
    NEAR(vp_best_threshold(4, score, right), 1.5);
    NEAR(vp_roc_auc(4, score, wrong), 0);
    NEAR(vp_equal_error_rate(points, vp_roc_curve(4, score, wrong, points)), 1);
}

static void test_labels(void **state) {
    (void)state;
    const double score[] = {2, 1, 0.5, -1, -2};
    const bool positive[] = {true, false, true, true, false};
    NEAR(vp_f1_at(5, score, positive, 0), 4.0 / 6);
    NEAR(vp_best_f1_threshold(5, score, positive), -1.5); /* F1 6/7 with four accepted */
    const bool none[5] = {0};
    assert_true(isnan(vp_f1_at(5, score, none, 3)));
    NEAR(vp_f1_at(5, score, none, 0), 0);
    NEAR(vp_best_f1_threshold(5, score, none), 0);
}

static void test_numbers(void **state) {
    (void)state;
    const double truth[] = {-10, 0, 40, 70}, predicted[] = {-8, 3, 40, 60};
    NEAR(vp_mean_absolute_error(4, truth, predicted), 15.0 / 4);
    NEAR(vp_r2(4, truth, predicted), 1 - 113.0 / 4100); /* mean 25: 35^2 + 25^2 + 15^2 + 45^2 */
    int64_t in;
    NEAR(vp_error_in_bin(4, truth, truth, predicted, 0, 30, &in), 2.5);
    assert_int_equal(in, 2);
    assert_true(isnan(vp_error_in_bin(4, truth, truth, predicted, 80, 99, &in)));
    assert_true(isnan(vp_r2(1, truth, predicted)));
}

static void test_spread(void **state) {
    (void)state;
    double values[] = {4, 1, (double)NAN, 3};
    NEAR(vp_mean(4, values), 8.0 / 3);
    NEAR(vp_deviation(4, values), sqrt((16.0 / 9 + 25.0 / 9 + 1.0 / 9) / 2));
    assert_true(isnan(vp_deviation(1, values)));
    double unsorted[] = {5, 1, 3, 2};
    NEAR(vp_quantile(4, unsorted, 0.5), 2.5);
    NEAR(vp_quantile(4, unsorted, 1), 5);
    NEAR(vp_quantile(4, unsorted, 0), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes), cmocka_unit_test(test_ranking), cmocka_unit_test(test_perfect_and_reversed),
        cmocka_unit_test(test_labels),  cmocka_unit_test(test_numbers), cmocka_unit_test(test_spread)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
