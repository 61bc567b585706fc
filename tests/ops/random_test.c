/* The device's random fills against the host's generator: every bit. */
#include "tape_run.h"
#include "vkpcl/ops/random.h"
#include "vkpcl/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 1000 };

struct random_case {
    enum vp_random_kind kind;
    struct vp_shape shape;
    uint64_t seed, stream, step_base, base;
};

static const struct random_case cases[] = {
    {VP_RANDOM_NORMAL, {4, {1, 1, 1, 1}}, 1234, ((uint64_t)VP_RNG_NOISE << 32) | 7, 0, 0},
    {VP_RANDOM_NORMAL, {4, {2, 31, 33, 3}}, 1234, ((uint64_t)VP_RNG_NOISE << 32) | 7, 0, 0},
    {VP_RANDOM_NORMAL, {4, {3, 64, 64, 3}}, 0xfedcba9876543210u, (uint64_t)VP_RNG_NOISE << 32, 0, 12288},
    {VP_RANDOM_NORMAL, {4, {5, 7, 5, 4}}, 3, 9, 0xffffffffu, 0xfffffff0u}, /* both bases carry into the high word */
    {VP_RANDOM_NORMAL, {1, {65}}, 1, 2, 3, 4},
    {VP_RANDOM_UNIFORM, {1, {1}}, 0, 0, 0, 0},
    {VP_RANDOM_UNIFORM, {2, {63, 65}}, 42, 17, 0, 3},
    {VP_RANDOM_UNIFORM, {4, {2, 9, 11, 13}}, 42, 17, 1, 0},
    {VP_RANDOM_BETA, {2, {1, 1}}, 1, ((uint64_t)VP_RNG_MIX << 32) | 1, 0, 0},
    {VP_RANDOM_BETA, {2, {32, 30}}, 1, ((uint64_t)VP_RNG_MIX << 32) | 1, 0, 0},
    {VP_RANDOM_BETA, {2, {127, 129}}, 99, ((uint64_t)VP_RNG_MIX << 32) | 5, 0xfffffffffu, 11},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static struct vp_tensor *build(struct vp_tape *tape, const struct random_case *c, struct vp_tensor *table,
                               const struct vp_random_desc *desc) {
    if (c->kind == VP_RANDOM_NORMAL) return vp_random_normal(tape, "normal", c->shape, desc);
    if (c->kind == VP_RANDOM_UNIFORM) return vp_random_uniform(tape, "uniform", c->shape, desc);
    return vp_random_beta(tape, "beta", c->shape, table, desc);
}

/* All cases on one tape, each with its own six words; run twice with other streams to prove that a replay draws anew.
 */
static void test_same_bits_as_the_host(void **state) {
    (void)state;
    struct tape_run run;
    struct vp_tensor *y[CASES];
    uint32_t words[CASES * VP_RANDOM_STEP_WORDS];
    float *quantiles = malloc((STEPS + 1) * sizeof(float));
    vp_rng_beta_table(1.6, STEPS, quantiles);
    tape_run_init(&run, "random");
    struct vp_tensor *step = vp_tape_input(run.tape, "step", vp_shape1(CASES * VP_RANDOM_STEP_WORDS), VP_U32, false);
    struct vp_tensor *table = vp_tape_input(run.tape, "quantiles", vp_shape1(STEPS + 1), VP_F32, false);
    for (int i = 0; i < CASES; i++) {
        struct vp_random_desc desc = {
            .step = step, .step_word = (uint32_t)i * VP_RANDOM_STEP_WORDS, .base = cases[i].base};
        y[i] = build(run.tape, &cases[i], table, &desc);
        vp_tape_keep(run.tape, y[i]);
    }
    tape_run_bind(&run);
    tape_run_put(&run, table, quantiles);
    for (uint64_t round = 0; round < 2; round++) {
        for (int i = 0; i < CASES; i++)
            vp_random_step(cases[i].seed, cases[i].stream + round, cases[i].step_base,
                           words + i * VP_RANDOM_STEP_WORDS);
        tape_run_put(&run, step, words);
        tape_run_go(&run);
        for (int i = 0; i < CASES; i++) {
            const struct random_case *c = &cases[i];
            size_t count = (size_t)vp_shape_count(c->shape);
            float *got = malloc(count * sizeof *got), *want = malloc(count * sizeof *want);
            vp_random_ref(c->kind, c->shape, c->seed, c->stream + round, c->step_base + c->base, quantiles, STEPS,
                          want);
            tape_run_get(&run, y[i], got);
            for (size_t k = 0; k < count; k++)
                if (memcmp(&got[k], &want[k], sizeof *got) != 0)
                    fail_msg("case %d, element %zu: device %.9g, host %.9g", i, k, (double)got[k], (double)want[k]);
            free(got);
            free(want);
        }
    }
    tape_run_fini(&run);
    free(quantiles);
}

/* A tensor larger than a binding is filled in pieces; every piece goes on where the last one stopped. */
static void test_pieces(void **state) {
    (void)state;
    struct vp_shape shape = vp_shape4(70, 8, 8, 3);
    enum { COUNT = 70 * 8 * 8 * 3 };
    struct tape_run run;
    uint32_t words[VP_RANDOM_STEP_WORDS];
    float *got = malloc(COUNT * sizeof *got), *want = malloc(COUNT * sizeof *want);
    tape_run_init(&run, "random pieces");
    tape_run_limit(&run, 4096);
    struct vp_tensor *step = vp_tape_input(run.tape, "step", vp_shape1(VP_RANDOM_STEP_WORDS), VP_U32, false);
    struct vp_random_desc desc = {.step = step, .base = 5};
    struct vp_tensor *y = vp_random_normal(run.tape, "normal", shape, &desc);
    vp_tape_keep(run.tape, y);
    tape_run_bind(&run);
    vp_random_step(8, 9, 10, words);
    tape_run_put(&run, step, words);
    tape_run_go(&run);
    tape_run_get(&run, y, got);
    vp_random_ref(VP_RANDOM_NORMAL, shape, 8, 9, 15, NULL, 0, want);
    assert_memory_equal(got, want, COUNT * sizeof *got);
    tape_run_fini(&run);
    free(got);
    free(want);
}

/* The reference itself: channels-first numbering, and the base shifts it. */
static void test_numbering(void **state) {
    (void)state;
    float y[2 * 2 * 3 * 3];
    vp_random_ref(VP_RANDOM_UNIFORM, vp_shape4(2, 2, 3, 3), 5, 6, 100, NULL, 0, y);
    for (uint64_t n = 0; n < 2; n++)
        for (uint64_t h = 0; h < 2; h++)
            for (uint64_t w = 0; w < 3; w++)
                for (uint64_t c = 0; c < 3; c++)
                    assert_true(y[((n * 2 + h) * 3 + w) * 3 + c] ==
                                vp_rng_uniform(5, 6, 100 + ((n * 3 + c) * 2 + h) * 3 + w));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbering), cmocka_unit_test(test_same_bits_as_the_host),
                                       cmocka_unit_test(test_pieces)};
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
