/* Adam on the device against the double reference, over several steps with changing phases, and its report. */
#include "tape_run.h"
#include "vkpcl/adam.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Sizes 1, primes, chunk sizes and their neighbours, one large enough for two rounds of folding, one frozen. */
static const uint64_t sizes[] = {1, 31, 32, 33, 63, 64, 65, 127, 2053, 300000, 7};
enum { PARAMETERS = sizeof sizes / sizeof sizes[0], FROZEN = 7, STEPS = 4 };
static const double beta1 = 0.9, beta2 = 0.999;
static const struct vp_adam_desc desc = {
    .parameters = PARAMETERS, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 1e-3};

struct bench {
    struct tape_run run;
    struct vp_adam adam;
    struct vp_adam_tensors t;
    struct vp_tensor *report;
    int64_t count;
    uint32_t *chunks, *words;
    float *narrow;         /* (count): what travels to and from the device */
    double *p, *g, *m, *v; /* (count): the reference's state */
};

static float *load(struct bench *b, const double *from) {
    for (int64_t i = 0; i < b->count; i++) b->narrow[i] = (float)from[i];
    return b->narrow;
}

/* limit: largest binding in bytes, 0 the device's own. */
static void bench_init(struct bench *b, uint64_t limit) {
    *b = (struct bench){0};
    struct vp_adam_param params[PARAMETERS];
    uint64_t offset = 0;
    for (int i = 0; i < PARAMETERS; i++) {
        params[i] = (struct vp_adam_param){.offset = offset, .count = sizes[i], .trainable = i != FROZEN};
        offset = (offset + sizes[i] + 63) / 64 * 64;
    }
    vp_adam_init(&b->adam, params, PARAMETERS, beta1, beta2);
    b->count = (int64_t)vp_adam_elements(&b->adam);
    b->chunks = malloc(sizeof *b->chunks * (size_t)b->count / ADAM_CHUNK);
    b->words = malloc(sizeof *b->words * (size_t)vp_adam_words(&b->adam));
    b->narrow = malloc(sizeof *b->narrow * (size_t)b->count);
    double **const state[4] = {&b->p, &b->g, &b->m, &b->v};
    for (int k = 0; k < 4; k++) {
        *state[k] = calloc((size_t)b->count, sizeof(double));
        for (int64_t i = 0; i < b->count && k < 2; i++)
            (*state[k])[i] = (double)vp_rng_normal(3, vp_rng_stream(VP_RNG_TEST, (uint32_t)k), (uint64_t)i);
    }
    vp_adam_chunks(&b->adam, b->chunks);

    tape_run_init(&b->run, "adam");
    if (limit) tape_run_limit(&b->run, limit);
    struct vp_tape *tape = b->run.tape;
    struct vp_shape shape = vp_shape1(b->count);
    b->t = (struct vp_adam_tensors){
        .p = vp_tape_input(tape, "p", shape, VP_F32, false),
        .g = vp_tape_input(tape, "g", shape, VP_F32, false),
        .m = vp_tape_input(tape, "m", shape, VP_F32, false),
        .v = vp_tape_input(tape, "v", shape, VP_F32, false),
        .chunks = vp_tape_input(tape, "chunks", vp_shape1(b->count / ADAM_CHUNK), VP_U32, false),
        .step = vp_tape_input(tape, "step", vp_shape1(vp_adam_words(&b->adam)), VP_U32, false)};
    b->report = vp_adam_step(tape, &b->t, &desc);
    tape_run_bind(&b->run);
    tape_run_put(&b->run, b->t.chunks, b->chunks);
    tape_run_put(&b->run, b->t.p, load(b, b->p));
    tape_run_put(&b->run, b->t.m, load(b, b->m));
    tape_run_put(&b->run, b->t.v, load(b, b->v));
    for (int64_t i = 0; i < b->count; i++) b->p[i] = (double)(float)b->p[i];
}

static void bench_fini(struct bench *b) {
    tape_run_fini(&b->run);
    vp_adam_fini(&b->adam);
    free(b->chunks);
    free(b->words);
    free(b->narrow);
    free(b->p);
    free(b->g);
    free(b->m);
    free(b->v);
}

/* Gradients of this step; the padding between parameters and the gradient of parameters without one hold NaN, as
 * memory that nobody wrote may. */
static void draw_gradients(struct bench *b, uint32_t step, const bool *has_gradient) {
    for (int64_t i = 0; i < b->count; i++) b->g[i] = (double)NAN;
    for (int k = 0; k < PARAMETERS; k++)
        for (uint64_t i = b->adam.param[k].offset; has_gradient[k] && i < b->adam.param[k].offset + sizes[k]; i++)
            b->g[i] = (double)vp_rng_normal(4, vp_rng_stream(VP_RNG_TEST, step), i);
}

static void compare(struct bench *b, const struct vp_tensor *x, const double *want, const char *name, uint32_t step) {
    tape_run_get(&b->run, x, b->narrow);
    double largest = 0;
    for (int64_t i = 0; i < b->count; i++) largest = fmax(largest, fabs(want[i]));
    for (int64_t i = 0; i < b->count; i++)
        if (!(fabs((double)b->narrow[i] - want[i]) <= 1e-6 * largest))
            fail_msg("step %u, %s[%lld]: device %.9g, reference %.9g", step, name, (long long)i, (double)b->narrow[i],
                     want[i]);
}

static double number(uint32_t word) {
    float value;
    memcpy(&value, &word, sizeof value);
    return (double)value;
}

/* One step on both sides; compares state and report. */
static void step_and_compare(struct bench *b, const struct vp_adam_phase *phase, uint32_t step) {
    uint32_t got[ADAM_REPORT_HEADER + PARAMETERS], want[ADAM_REPORT_HEADER + PARAMETERS];
    vp_adam_begin(&b->adam, phase, b->words);
    tape_run_put(&b->run, b->t.step, b->words);
    tape_run_put(&b->run, b->t.g, load(b, b->g));
    tape_run_go(&b->run);
    vp_adam_step_ref(&desc, b->count, b->chunks, b->words, b->g, b->p, b->m, b->v, want);
    compare(b, b->t.p, b->p, "p", step);
    compare(b, b->t.m, b->m, "m", step);
    compare(b, b->t.v, b->v, "v", step);
    tape_run_get(&b->run, b->report, got);
    for (int i = ADAM_REPORT_FIRST; i < ADAM_REPORT_HEADER + PARAMETERS; i++) assert_int_equal(got[i], want[i]);
    for (int i = ADAM_REPORT_NORM; i <= ADAM_REPORT_FACTOR && want[ADAM_REPORT_COUNT] == 0; i++)
        assert_true(fabs(number(got[i]) - number(want[i])) <= 1e-6 * number(want[i]));
}

static void all_but(bool *has_gradient, int without) {
    for (int k = 0; k < PARAMETERS; k++) has_gradient[k] = k != without && k != FROZEN;
}

/* Phases leave different parameters out; clipping and loss scale change from step to step. */
static void check_steps(uint64_t limit) {
    struct bench b;
    bench_init(&b, limit);
    for (uint32_t step = 0; step < STEPS; step++) {
        bool has_gradient[PARAMETERS];
        all_but(has_gradient, (int)step);
        draw_gradients(&b, step, has_gradient);
        struct vp_adam_phase phase = {.lr = 1e-2 / (1 + step),
                                      .has_gradient = has_gradient,
                                      .update_unused = step >= 2,
                                      .inv_scale = step == 1 ? 0.125 : 1,
                                      .decoupled_decay = step >= 2 ? 0.7 : 0,
                                      .clip = step == 3   ? 2.5
                                              : step == 1 ? 1e9
                                                          : 0};
        step_and_compare(&b, &phase, step);
    }
    assert_int_equal(b.adam.steps[0], STEPS - 1); /* left out once, before update_unused */
    assert_int_equal(b.adam.steps[2], STEPS);
    assert_int_equal(b.adam.steps[FROZEN], 0);
    bench_fini(&b);
}

static void test_steps(void **state) {
    (void)state;
    check_steps(0);
}

static void test_pieces(void **state) {
    (void)state;
    check_steps(100000);
}

/* Bad gradients are counted under the right names; with skip_nonfinite nothing moves, not even a bit. */
static void test_nonfinite(void **state) {
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    bool has_gradient[PARAMETERS];
    all_but(has_gradient, 2);
    draw_gradients(&b, 0, has_gradient);
    b.g[b.adam.param[9].offset + 299999] = (double)INFINITY;
    b.g[b.adam.param[9].offset + 5] = (double)NAN;
    b.g[b.adam.param[4].offset + 62] = (double)-INFINITY;
    struct vp_adam_phase phase = {
        .lr = 1e-2, .has_gradient = has_gradient, .inv_scale = 1, .clip = 1, .skip_nonfinite = true};
    float *before = malloc(sizeof *before * (size_t)b.count);
    tape_run_get(&b.run, b.t.p, before);
    step_and_compare(&b, &phase, 0);
    uint32_t report[ADAM_REPORT_HEADER + PARAMETERS];
    tape_run_get(&b.run, b.report, report);
    assert_int_equal(report[ADAM_REPORT_FIRST], 4);
    assert_int_equal(report[ADAM_REPORT_COUNT], 3);
    assert_int_equal(report[ADAM_REPORT_HEADER + 9], 2);
    tape_run_get(&b.run, b.t.p, b.narrow);
    assert_memory_equal(before, b.narrow, sizeof *before * (size_t)b.count);
    vp_adam_skipped(&b.adam, &phase);
    for (int k = 0; k < PARAMETERS; k++) assert_int_equal(b.adam.steps[k], 0);
    free(before);
    bench_fini(&b);
}

/* The reference against Adam written out as PyTorch does it, scalar by scalar. */
static void test_reference(void **state) {
    (void)state;
    const struct vp_adam_desc one = {.parameters = 1, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01};
    const struct vp_adam_param param = {.offset = 0, .count = 3, .trainable = true};
    const bool has_gradient = true;
    struct vp_adam adam;
    uint32_t words[ADAM_STEP_HEADER + ADAM_ROW_WORDS], chunk = 0, report[ADAM_REPORT_HEADER + 1];
    double p[ADAM_CHUNK] = {0.5, -1, 2}, m[ADAM_CHUNK] = {0}, v[ADAM_CHUNK] = {0}, g[ADAM_CHUNK];
    double want[3] = {0.5, -1, 2}, average[3] = {0}, square[3] = {0};
    vp_adam_init(&adam, &param, 1, 0.9, 0.999);
    for (int t = 1; t <= 5; t++) {
        struct vp_adam_phase phase = {.lr = 0.01, .has_gradient = &has_gradient, .inv_scale = 1};
        for (int i = 0; i < 3; i++) {
            g[i] = sin(3 * t + i);
            double grad = g[i] + 0.01 * want[i];
            average[i] = 0.9 * average[i] + 0.1 * grad;
            square[i] = 0.999 * square[i] + 0.001 * grad * grad;
            double m_hat = average[i] / (1 - pow(0.9, t)), v_hat = square[i] / (1 - pow(0.999, t));
            want[i] -= 0.01 * m_hat / (sqrt(v_hat) + 1e-8);
        }
        vp_adam_begin(&adam, &phase, words);
        vp_adam_step_ref(&one, ADAM_CHUNK, &chunk, words, g, p, m, v, report);
        for (int i = 0; i < 3; i++) assert_true(fabs(p[i] - want[i]) < 1e-8);
        assert_true(p[3] == 0 && m[3] == 0);
        double norm = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
        assert_true(fabs(number(report[ADAM_REPORT_NORM]) - norm) < 1e-6);
    }
    vp_adam_fini(&adam);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference), cmocka_unit_test(test_steps),
                                       cmocka_unit_test(test_pieces), cmocka_unit_test(test_nonfinite)};
    return cmocka_run_group_tests_name("adam", tests, NULL, NULL);
}
