#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t SEED = 1234;
#define STREAM vp_rng_stream(VP_RNG_TEST, 7)

/* The known-answer vectors that accompany the published algorithm (Random123). */
static void philox_known_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint32_t *c = cases[i].counter, *k = cases[i].key;
        uint32_t out[4];
        vp_philox((uint64_t)k[1] << 32 | k[0], (uint64_t)c[3] << 32 | c[2], (uint64_t)c[1] << 32 | c[0], out);
        assert_memory_equal(out, cases[i].expected, sizeof out);
    }
}

/* Bits, not tolerances: any change here breaks the reproducibility of old runs and the agreement with the shaders. */
static void floats_keep_their_bits(void **state) {
    (void)state;
    uint32_t hash = 2166136261u;
    for (uint64_t i = 0; i < 4096; i++) {
        float values[2] = {vp_rng_normal(SEED, STREAM, i), vp_rng_uniform(SEED, STREAM, i)};
        for (int k = 0; k < 2; k++) {
            uint32_t bits;
            memcpy(&bits, &values[k], sizeof bits);
            hash = (hash ^ bits) * 16777619u;
        }
    }
    assert_int_equal(hash, 0x76f32edfu);
}

static void uniform_moments(void **state) {
    (void)state;
    enum { N = 1 << 18 };
    double sum = 0, squares = 0, low = 1, high = 0;
    for (uint64_t i = 0; i < N; i++) {
        double u = (double)vp_rng_uniform(SEED, STREAM, i);
        sum += u, squares += u * u;
        low = fmin(low, u), high = fmax(high, u);
    }
    assert_true(low >= 0 && low < 1e-4 && high < 1 && high > 1 - 1e-4);
    assert_true(fabs(sum / N - 0.5) < 5 * sqrt(1.0 / 12 / N));
    assert_true(fabs(squares / N - 1.0 / 3) < 5 * sqrt(4.0 / 45 / N));
}

/* Against the same transform in double: the claim of the header. */
static void normal_is_box_muller(void **state) {
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < 1 << 16; i++) {
        uint32_t w[4];
        vp_philox(SEED, STREAM, i / 2, w);
        uint32_t a = w[2 * (i % 2)], b = w[2 * (i % 2) + 1];
        double u = (2.0 * (a >> 9) + 1) * 0x1p-24, angle = 2 * 3.14159265358979323846 * ((b >> 8) + 0.5) * 0x1p-24;
        double expected = sqrt(-2 * log(u)) * cos(angle);
        worst = fmax(worst, fabs((double)vp_rng_normal(SEED, STREAM, i) - expected));
    }
    assert_true(worst > 0 && worst < 1e-6);
}

static void normal_moments_and_tails(void **state) {
    (void)state;
    enum { N = 1 << 20 };
    double m[5] = {0};
    int beyond[5] = {0}, negative = 0;
    for (uint64_t i = 0; i < N; i++) {
        double x = (double)vp_rng_normal(SEED, STREAM, i), power = x;
        for (int k = 1; k < 5; k++, power *= x) m[k] += power / N;
        negative += x < 0;
        for (int k = 1; k < 5; k++) beyond[k] += fabs(x) > k;
    }
    assert_true(fabs(m[1]) < 5 * sqrt(1.0 / N));
    assert_true(fabs(m[2] - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(m[3]) < 5 * sqrt(15.0 / N));
    assert_true(fabs(m[4] - 3) < 5 * sqrt(96.0 / N));
    assert_true(abs(negative - N / 2) < 5 * 512);
    for (int k = 1; k < 5; k++) {
        double expected = erfc(k / sqrt(2)) * N;
        assert_true(fabs(beyond[k] - expected) < 5 * sqrt(expected) + 1);
    }
}

static void beta_moments(void **state) {
    (void)state;
    enum { STEPS = 1024, N = 1 << 18 };
    const double shapes[] = {1.6, 0.5, 1.0, 4.0};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        double a = shapes[s], mean = 0, variance = 0, fourth = 0;
        float *table = malloc((STEPS + 1) * sizeof *table);
        assert_non_null(table);
        vp_rng_beta_table(a, STEPS, table);
        assert_true(table[0] == 0 && table[STEPS] == 1 && table[STEPS / 2] == 0.5f);
        for (int i = 0; i < STEPS; i++) assert_true(table[i] < table[i + 1]);
        for (uint64_t i = 0; i < N; i++) {
            double x = (double)vp_rng_beta(table, STEPS, SEED, STREAM, i) - 0.5;
            mean += x / N, variance += x * x / N, fourth += x * x * x * x / N;
        }
        double expected = 1 / (4 * (2 * a + 1)), expected4 = 3 / (16 * (2 * a + 1) * (2 * a + 3));
        assert_true(fabs(mean) < 5 * sqrt(expected / N));
        assert_true(fabs(variance - expected) < 5 * sqrt((expected4 - expected * expected) / N) + 2e-5);
        assert_true(fabs(fourth - expected4) < 2e-4);
        free(table);
    }
}

static void beta_of_one_is_uniform(void **state) {
    (void)state;
    float table[101];
    vp_rng_beta_table(1.0, 100, table);
    for (int i = 0; i <= 100; i++) assert_float_equal(table[i], (float)i / 100, 1e-6f);
}

static void permutations(void **state) {
    (void)state;
    static const uint32_t counts[] = {0, 1, 2, 3, 31, 64, 511};
    uint32_t order[511];
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        bool seen[511] = {false};
        vp_rng_permutation(SEED, STREAM, 10, counts[c], order);
        for (uint32_t i = 0; i < counts[c]; i++) {
            assert_true(order[i] < counts[c] && !seen[order[i]]);
            seen[order[i]] = true;
        }
    }
    /* Each of the six orders of three, equally often. */
    int found[27] = {0};
    enum { N = 6000 };
    for (uint64_t i = 0; i < N; i++) {
        vp_rng_permutation(SEED, STREAM, i * 3, 3, order);
        found[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    int kinds = 0;
    for (int i = 0; i < 27; i++) {
        if (!found[i]) continue;
        kinds++;
        assert_true(abs(found[i] - N / 6) < 5 * 29);
    }
    assert_int_equal(kinds, 6);
}

static void below_stays_below(void **state) {
    (void)state;
    int counts[7] = {0};
    for (uint64_t i = 0; i < 70000; i++) {
        uint32_t value = vp_rng_below(SEED, STREAM, i, 7);
        assert_true(value < 7);
        counts[value]++;
    }
    for (int i = 0; i < 7; i++) assert_true(abs(counts[i] - 10000) < 500);
    assert_int_equal(vp_rng_below(SEED, STREAM, 3, 1), 0);
}

static void every_argument_matters(void **state) {
    (void)state;
    const uint64_t high = (uint64_t)1 << 40;
    float base = vp_rng_normal(SEED, STREAM, 5);
    assert_true(base == vp_rng_normal(SEED, STREAM, 5));
    assert_true(base != vp_rng_normal(SEED + 1, STREAM, 5));
    assert_true(base != vp_rng_normal(SEED + high, STREAM, 5));
    assert_true(base != vp_rng_normal(SEED, STREAM + 1, 5));
    assert_true(base != vp_rng_normal(SEED, vp_rng_stream(VP_RNG_NOISE, 7), 5));
    assert_true(base != vp_rng_normal(SEED, STREAM, 5 + high));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),     cmocka_unit_test(floats_keep_their_bits),
        cmocka_unit_test(uniform_moments),          cmocka_unit_test(normal_is_box_muller),
        cmocka_unit_test(normal_moments_and_tails), cmocka_unit_test(beta_moments),
        cmocka_unit_test(beta_of_one_is_uniform),   cmocka_unit_test(permutations),
        cmocka_unit_test(below_stays_below),        cmocka_unit_test(every_argument_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
