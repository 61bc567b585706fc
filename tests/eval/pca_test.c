/* Principal components against matrices whose decomposition is known by construction: U from cosines, V from a
 * reflection, S chosen. */
#include "vkpcl/pca.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Element i of the k-th cosine vector of length n, k >= 1: unit length, mean 0, orthogonal to the others. */
static double cosine(int i, int k, int n) {
    return sqrt(2.0 / n) * cos(acos(-1.0) * k * (2 * i + 1) / (2.0 * n));
}

/* Element (d, k) of the reflection I - 2 w w^T with w = (1, 1, ..., 1) / sqrt(n). */
static double reflection(int d, int k, int n) {
    return (d == k) - 2.0 / n;
}

static const double singular[] = {9, 5, 4.5, 1, 0.25};
enum { RANK = sizeof singular / sizeof *singular };

static float *known(int points, int dims, double offset) {
    float *x = calloc((size_t)points * (size_t)dims, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < points; i++)
        for (int d = 0; d < dims; d++) {
            double sum = offset * (d + 1);
            for (int k = 0; k < RANK; k++) sum += cosine(i, k + 1, points) * singular[k] * reflection(d, k, dims);
            x[i * dims + d] = (float)sum;
        }
    return x;
}

static void check_known(int points, int dims, int components) {
    float *x = known(points, dims, 3);
    double *scores = calloc((size_t)points * (size_t)components, sizeof *scores),
           *share = calloc((size_t)components, 8);
    assert_true(scores && share);
    vp_pca(x, points, dims, components, scores, share);
    double total = 0;
    for (int k = 0; k < RANK; k++) total += singular[k] * singular[k];
    for (int k = 0; k < components; k++) {
        double want = k < RANK ? singular[k] : 0, sign = 0;
        if (fabs(share[k] - want * want / total) > 1e-6) fail_msg("%dx%d share %d: %g", points, dims, k, share[k]);
        for (int i = 0; i < points; i++) { /* the sign is the largest score's */
            double expected = want * cosine(i, k + 1, points), got = scores[i * components + k];
            if (sign == 0 && fabs(expected) > 1e-3) sign = expected * got > 0 ? 1 : -1;
            if (fabs(got - sign * expected) > 2e-5)
                fail_msg("%dx%d component %d point %d: got %g, wanted %g", points, dims, k, i, got, sign * expected);
        }
        double largest = 0, smallest = 0;
        for (int i = 0; i < points; i++) {
            largest = fmax(largest, scores[i * components + k]);
            smallest = fmin(smallest, scores[i * components + k]);
        }
        assert_true(largest >= -smallest * (1 - 1e-6));
    }
    free(x), free(scores), free(share);
}

static void known_decompositions(void **state) {
    (void)state;
    static const int sizes[][3] = {{7, 6, 3}, {6, 31, 5}, {31, 6, 5}, {33, 32, 7}, {97, 101, 5}, {101, 5, 5}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) check_known(sizes[i][0], sizes[i][1], sizes[i][2]);
}

/* Pure noise has close eigenvalues: scores must still be orthogonal and the shares add up to 1. */
static void noise(void **state) {
    (void)state;
    enum { POINTS = 53, DIMS = 23 };
    float x[POINTS * DIMS];
    double scores[POINTS * DIMS], share[DIMS], total = 0;
    for (int i = 0; i < POINTS * DIMS; i++) x[i] = vp_rng_normal(1, vp_rng_stream(VP_RNG_TEST, 1), (uint64_t)i);
    vp_pca(x, POINTS, DIMS, DIMS, scores, share);
    for (int a = 0; a < DIMS; a++) {
        total += share[a];
        if (a > 0) assert_true(share[a] <= share[a - 1]);
        for (int b = 0; b < a; b++) {
            double dot = 0, aa = 0, bb = 0;
            for (int i = 0; i < POINTS; i++) {
                dot += scores[i * DIMS + a] * scores[i * DIMS + b];
                aa += scores[i * DIMS + a] * scores[i * DIMS + a];
                bb += scores[i * DIMS + b] * scores[i * DIMS + b];
            }
            assert_true(fabs(dot) < 1e-6 * sqrt(aa * bb));
        }
    }
    assert_true(fabs(total - 1) < 1e-9);
}

static void poor_input(void **state) {
    (void)state;
    const float one[] = {4, 5, 6}, equal[] = {2, 3, 2, 3, 2, 3}, line[] = {1, 2, 4};
    double scores[9], share[3];
    vp_pca(one, 1, 3, 2, scores, share); /* one point */
    assert_true(scores[0] == 0 && scores[1] == 0 && share[0] == 0);
    vp_pca(equal, 3, 2, 2, scores, share); /* no spread */
    for (int i = 0; i < 6; i++) assert_true(scores[i] == 0);
    vp_pca(line, 3, 1, 2, scores, share); /* more components than dimensions */
    assert_true(fabs(share[0] - 1) < 1e-12 && share[1] == 0);
    assert_true(fabs(fabs(scores[0] - scores[4]) - 3) < 1e-6 && scores[1] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_decompositions), cmocka_unit_test(noise),
                                       cmocka_unit_test(poor_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
