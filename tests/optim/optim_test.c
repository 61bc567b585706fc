/* Schedules, dynamic weight averaging and the host's half of Adam. */
#include "adam/adam_table.h"
#include "vkpcl/adam.h"
#include "vkpcl/dwa.h"
#include "vkpcl/loss_scale.h"
#include "vkpcl/schedule.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void near(double got, double want) {
    if (!(fabs(got - want) <= 1e-12 + 1e-6 * fabs(want))) fail_msg("got %.15g, wanted %.15g", got, want);
}

static void test_cosine(void **state) {
    (void)state;
    struct vp_schedule s = {.kind = VP_LR_COSINE, .lr = 1e-4, .epochs = 100, .iterations_per_epoch = 10};
    near(vp_schedule_lr(&s, 0), 1e-4);
    near(vp_schedule_lr(&s, 9), 1e-4); /* still the first epoch */
    near(vp_schedule_lr(&s, 10), 0.5e-4 * (1 + cos(acos(-1.0) / 100)));
    near(vp_schedule_lr(&s, 500), 0.5e-4);
    near(vp_schedule_lr(&s, 1000), 0);
    near(vp_schedule_lr(&s, 5000), 0);
    s.every_iteration = true, s.end_lr = 2e-5;
    near(vp_schedule_lr(&s, 505), 2e-5 + 4e-5 * (1 + cos(acos(-1.0) * 0.505)));
    s.warmup_iterations = 20;
    near(vp_schedule_lr(&s, 4), 0.25 * (2e-5 + 4e-5 * (1 + cos(acos(-1.0) * 0.004))));
}

static void test_warmup(void **state) {
    (void)state;
    struct vp_schedule s = {
        .kind = VP_LR_CONSTANT, .lr = 3, .epochs = 1, .iterations_per_epoch = 4, .warmup_iterations = 3};
    const double want[] = {1, 2, 3, 3, 3};
    for (int i = 0; i < 5; i++) near(vp_schedule_lr(&s, i), want[i]);
}

static void test_dwa(void **state) {
    (void)state;
    struct vp_dwa dwa = {0};
    double w[VP_DWA_LOSSES];
    const double face[3] = {8, 6, 5}, pose[3] = {4, 1, 0.5};
    for (int epoch = 0; epoch < 3; epoch++) {
        vp_dwa_weights(&dwa, w);
        if (epoch < 2) near(w[VP_DWA_FACE], 1), near(w[VP_DWA_POSE], 1);
        vp_dwa_add(&dwa, face[epoch] + 1, pose[epoch] - 0.25);
        vp_dwa_add(&dwa, face[epoch] - 1, pose[epoch] + 0.25);
        vp_dwa_end_epoch(&dwa);
        vp_dwa_end_epoch(&dwa); /* nothing in between: no epoch */
    }
    double r[2] = {5.0 / 6, 0.5}, sum = exp(r[0] / 2) + exp(r[1] / 2);
    vp_dwa_weights(&dwa, w);
    near(w[VP_DWA_FACE], 2 * exp(r[0] / 2) / sum);
    near(w[VP_DWA_POSE], 2 * exp(r[1] / 2) / sum);
    /* A saved and restored state goes on alike. */
    struct vp_dwa copy;
    memcpy(&copy, &dwa, sizeof copy);
    vp_dwa_add(&dwa, 1, 2);
    vp_dwa_add(&copy, 1, 2);
    vp_dwa_end_epoch(&dwa);
    vp_dwa_end_epoch(&copy);
    double again[VP_DWA_LOSSES];
    vp_dwa_weights(&dwa, w);
    vp_dwa_weights(&copy, again);
    assert_memory_equal(w, again, sizeof w);
}

static void test_dwa_switched_off(void **state) {
    (void)state;
    struct vp_dwa dwa = {0};
    double w[VP_DWA_LOSSES];
    for (int epoch = 0; epoch < 2; epoch++) {
        vp_dwa_add(&dwa, 0, 3);
        vp_dwa_end_epoch(&dwa);
    }
    vp_dwa_weights(&dwa, w);
    near(w[VP_DWA_FACE], 1);
    near(w[VP_DWA_POSE], 1);
}

static float number(uint32_t word) {
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static void test_adam_table(void **state) {
    (void)state;
    const struct vp_adam_param params[3] = {{0, 65, true}, {128, 64, true}, {192, 1, false}};
    struct vp_adam adam;
    vp_adam_init(&adam, params, 3, 0.9, 0.999);
    assert_int_equal(vp_adam_elements(&adam), 256);
    uint32_t chunks[4], words[ADAM_STEP_HEADER + 3 * ADAM_ROW_WORDS];
    vp_adam_chunks(&adam, chunks);
    const uint32_t want[4] = {0, 0, 1, 2};
    assert_memory_equal(chunks, want, sizeof want);
    assert_int_equal((size_t)vp_adam_words(&adam) * sizeof(uint32_t), sizeof words);

    const bool has_gradient[3] = {true, false, false};
    struct vp_adam_phase phase = {.lr = 0.1, .has_gradient = has_gradient, .inv_scale = 0.5, .clip = 3};
    const uint32_t *row = words + ADAM_STEP_HEADER;
    vp_adam_begin(&adam, &phase, words);
    vp_adam_begin(&adam, &phase, words);
    near((double)number(words[ADAM_STEP_INV_SCALE]), 0.5);
    near((double)number(words[ADAM_STEP_CLIP]), 3);
    near((double)number(words[ADAM_STEP_KEEP]), 1);
    near((double)number(row[ADAM_ROW_STEP_SIZE]), 0.1 / (1 - 0.81));
    near((double)number(row[ADAM_ROW_INV_SQRT_BIAS2]), 1 / sqrt(1 - 0.999 * 0.999));
    assert_int_equal(row[ADAM_ROW_FLAGS], ADAM_ACTIVE | ADAM_HAS_GRADIENT);
    assert_int_equal(row[ADAM_ROW_END], 65);
    assert_int_equal(row[ADAM_ROW_WORDS + ADAM_ROW_FLAGS], 0);
    phase.update_unused = true;
    phase.decoupled_decay = 0.5;
    vp_adam_begin(&adam, &phase, words);
    assert_int_equal(row[ADAM_ROW_WORDS + ADAM_ROW_FLAGS], ADAM_ACTIVE);
    near((double)number(row[ADAM_ROW_WORDS + ADAM_ROW_STEP_SIZE]), 1); /* its own first step */
    near((double)number(words[ADAM_STEP_KEEP]), 0.95);
    assert_int_equal(row[2 * ADAM_ROW_WORDS + ADAM_ROW_FLAGS], 0); /* not trainable, ever */
    vp_adam_fini(&adam);
}

/* Halves at an overflow, down to 1; doubles after so many good steps in a row, up to its most. */
static void test_loss_scale(void **state) {
    (void)state;
    struct vp_loss_scale scale = {.scale = 8};
    vp_loss_scale_update(&scale, true, 3);
    vp_loss_scale_update(&scale, true, 3);
    assert_true(scale.scale == 8 && scale.good == 2);
    vp_loss_scale_update(&scale, false, 3); /* the row begins anew */
    assert_true(scale.scale == 4 && scale.good == 0 && scale.skipped == 1);
    vp_loss_scale_update(&scale, true, 3);
    vp_loss_scale_update(&scale, true, 3);
    assert_true(scale.scale == 4);
    vp_loss_scale_update(&scale, true, 3);
    assert_true(scale.scale == 8 && scale.good == 0);
    for (int i = 0; i < 5; i++) vp_loss_scale_update(&scale, false, 3);
    assert_true(scale.scale == 1 && scale.skipped == 6);
    for (int i = 0; i < 40; i++) vp_loss_scale_update(&scale, true, 1);
    assert_true(scale.scale == VP_LOSS_SCALE_MOST && scale.skipped == 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cosine),     cmocka_unit_test(test_warmup),
                                       cmocka_unit_test(test_dwa),        cmocka_unit_test(test_dwa_switched_off),
                                       cmocka_unit_test(test_adam_table), cmocka_unit_test(test_loss_scale)};
    return cmocka_run_group_tests_name("optim", tests, NULL, NULL);
}
