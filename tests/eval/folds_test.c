/* Who trains, chooses and judges: nobody who is tested was seen before, and everybody is tested once. */
#include "eval/eval_internal.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 211, PEOPLE = 31, CLASSES = 3 };

/* Every person has another number of images; the last ten rows have no identity, every seventh row no class. */
struct set {
    struct vp_label items[ROWS];
    const char *names[PEOPLE];
    struct vp_labels labels;
};

static void set_init(struct set *s, bool split) {
    memset(s, 0, sizeof *s);
    for (int i = 0; i < ROWS; i++) {
        int who = (i * i + 3 * i) % PEOPLE;
        s->items[i] = (struct vp_label){.path = "image.png",
                                        .identity = i < ROWS - 10 ? who : VP_LABEL_MISSING,
                                        .category = i % 7 ? i % CLASSES : VP_LABEL_MISSING,
                                        .split = !split    ? VP_SPLIT_NONE
                                                 : who < 8 ? VP_SPLIT_TEST
                                                           : VP_SPLIT_TRAIN,
                                        .yaw = i == 5   ? 120.0f
                                               : i == 6 ? NAN
                                                        : (float)(i % 90)};
    }
    for (int p = 0; p < PEOPLE; p++) s->names[p] = "somebody";
    s->labels = (struct vp_labels){.format = "test",
                                   .count = ROWS,
                                   .items = s->items,
                                   .identities = PEOPLE,
                                   .categories = CLASSES,
                                   .identity_names = s->names,
                                   .category_names = s->names};
}

/* Marks the groups of some rows with a bit; no row may lack its target. */
static void mark(const struct vp_problem *problem, struct vp_rows rows, unsigned bit, unsigned *groups) {
    for (int64_t i = 0; i < rows.count; i++) {
        assert_true(problem->present[rows.row[i]]);
        groups[problem->group[rows.row[i]]] |= bit;
    }
}

static void check_disjoint(const struct vp_problem *problem, const struct vp_fold *fold) {
    unsigned *groups = calloc((size_t)problem->groups, sizeof *groups);
    mark(problem, fold->train, 1, groups);
    mark(problem, fold->validation, 2, groups);
    mark(problem, fold->test, 4, groups);
    for (int g = 0; g < problem->groups; g++)
        if (groups[g] & (groups[g] - 1)) fail_msg("group %d has several roles (%u)", g, groups[g]);
    assert_int_equal(fold->fit.count, fold->train.count + fold->validation.count);
    free(groups);
}

static void test_dealt_folds(void **state) {
    (void)state;
    struct set s;
    set_init(&s, false);
    struct vp_problem problem;
    struct vp_folds folds;
    struct vp_error err;
    assert_int_equal(vp_problem_classes(&problem, "classes", &s.labels, false, &err), VP_OK);
    assert_int_equal(vp_folds_make(&folds, &problem, &s.labels, 5, 1, NULL, &err), VP_OK);
    assert_int_equal(folds.count, 5);
    int tested[ROWS] = {0};
    for (int f = 0; f < 5; f++) {
        check_disjoint(&problem, &folds.fold[f]);
        for (int64_t i = 0; i < folds.fold[f].test.count; i++) tested[folds.fold[f].test.row[i]]++;
        assert_in_range(folds.fold[f].test.count, 20, 60); /* about a fifth of the 180 with a class */
    }
    for (int i = 0; i < ROWS; i++) assert_int_equal(tested[i], s.items[i].category != VP_LABEL_MISSING);
    vp_folds_fini(&folds);
    assert_int_equal(vp_folds_make(&folds, &problem, &s.labels, 2, 1, NULL, &err), VP_ERR_USAGE);
    vp_problem_fini(&problem);
}

/* The test rows of the file are the test rows; validation is taken from the people trained on. */
static void test_given_split(void **state) {
    (void)state;
    struct set s;
    set_init(&s, true);
    struct vp_problem problem;
    struct vp_folds folds;
    struct vp_error err;
    assert_int_equal(vp_problem_pose(&problem, &s.labels, &err), VP_OK);
    assert_false(problem.present[5]); /* beyond 99 degrees */
    assert_false(problem.present[6]); /* missing */
    assert_int_equal(vp_folds_make(&folds, &problem, &s.labels, 5, 1, NULL, &err), VP_OK);
    assert_int_equal(folds.count, 1);
    const struct vp_fold *fold = &folds.fold[0];
    check_disjoint(&problem, fold);
    for (int64_t i = 0; i < fold->test.count; i++) assert_int_equal(s.items[fold->test.row[i]].split, VP_SPLIT_TEST);
    for (int64_t i = 0; i < fold->fit.count; i++) assert_int_equal(s.items[fold->fit.row[i]].split, VP_SPLIT_TRAIN);
    assert_int_equal(fold->test.count + fold->fit.count, ROWS - 2);
    assert_true(fold->validation.count * 10 > fold->fit.count && fold->validation.count * 3 < fold->fit.count);
    vp_folds_fini(&folds);
    vp_problem_fini(&problem);
}

/* Identities are told apart on known people: every one that is tested is trained on, no row twice. */
static void test_within(void **state) {
    (void)state;
    struct set s;
    set_init(&s, false);
    struct vp_problem problem;
    struct vp_folds folds;
    struct vp_error err;
    assert_int_equal(vp_problem_classes(&problem, "identities", &s.labels, true, &err), VP_OK);
    assert_int_equal(vp_folds_within(&folds, &problem, 1, &err), VP_OK);
    const struct vp_fold *fold = &folds.fold[0];
    int used[ROWS] = {0}, trained[PEOPLE] = {0};
    for (int64_t i = 0; i < fold->train.count; i++) trained[problem.label[fold->train.row[i]]]++;
    for (int64_t i = 0; i < fold->test.count; i++) assert_true(trained[problem.label[fold->test.row[i]]] >= 2);
    for (int64_t i = 0; i < fold->fit.count + fold->test.count; i++) used[fold->rows[i]]++;
    for (int i = 0; i < ROWS; i++) assert_int_equal(used[i], problem.present[i]);
    vp_folds_fini(&folds);
    vp_problem_fini(&problem);
}

/* Metrics of a problem by hand: angles come back in degrees, bins by the true yaw. */
static void test_judging_pose(void **state) {
    (void)state;
    struct set s;
    set_init(&s, false);
    struct vp_problem problem;
    struct vp_error err;
    assert_int_equal(vp_problem_pose(&problem, &s.labels, &err), VP_OK);
    const uint32_t rows[3] = {10, 40, 70}; /* yaws 10, 40, 70; pitch and roll 0 */
    const float predicted[9] = {12 / 30.0f, 0, 0, 34 / 30.0f, 3 / 30.0f, 0, 70 / 30.0f, 0, 0};
    double metric[VP_EVAL_METRICS];
    problem.judge(&problem, predicted, rows, 3, metric);
    const struct {
        const char *name;
        double value;
    } want[] = {{"MAE", (8.0 / 3 + 1) / 3},  {"MAE yaw", 8.0 / 3}, {"MAE pitch", 1},     {"MAE roll", 0},
                {"R2 yaw", 1 - 40.0 / 1800}, {"MAE yaw 0-15", 2},  {"MAE yaw 30-45", 6}, {"MAE yaw 60-99", 0}};
    for (size_t w = 0; w < sizeof want / sizeof *want; w++) {
        int found = -1;
        for (int m = 0; m < problem.metrics; m++)
            if (strcmp(problem.metric_name[m], want[w].name) == 0) found = m;
        assert_true(found >= 0);
        if (!(fabs(metric[found] - want[w].value) < 1e-4))
            fail_msg("%s is %.6f, wanted %.6f", want[w].name, metric[found], want[w].value);
    }
    vp_problem_fini(&problem);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dealt_folds), cmocka_unit_test(test_given_split),
                                       cmocka_unit_test(test_within), cmocka_unit_test(test_judging_pose)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
