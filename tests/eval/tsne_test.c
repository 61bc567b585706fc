/* t-SNE: the perplexity asked for, the gradient against central differences, blobs that stay apart. */
#include "vkpcl/rng.h"
#include "vkpcl/tsne.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double normal(int stream, int64_t i) {
    return (double)vp_rng_normal(7, vp_rng_stream(VP_RNG_TEST, (uint32_t)stream), (uint64_t)i);
}

static double squared(const double *x, int dims, int i, int j) {
    double sum = 0;
    for (int d = 0; d < dims; d++) sum += pow(x[i * dims + d] - x[j * dims + d], 2);
    return sum;
}

static void calibration(void **state) {
    (void)state;
    enum { N = 67, DIMS = 5 };
    static double x[N * DIMS], p[N * N], beta[N];
    for (int i = 0; i < N * DIMS; i++) x[i] = (i < N ? 100 : 1) * normal(0, i) + 1e3; /* very unequal scales */
    static const double perplexities[] = {2, 5, 21.5};
    for (int k = 0; k < 3; k++) {
        vp_tsne_affinities(x, N, DIMS, perplexities[k], p, beta);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            double weight[N], all = 0, entropy = 0, least = INFINITY;
            for (int j = 0; j < N; j++)
                if (j != i) least = fmin(least, squared(x, DIMS, i, j));
            for (int j = 0; j < N; j++)
                all += weight[j] = j == i ? 0 : exp(-beta[i] * (squared(x, DIMS, i, j) - least));
            for (int j = 0; j < N; j++)
                if (weight[j] > 0) entropy -= weight[j] / all * log2(weight[j] / all);
            if (fabs(exp2(entropy) - perplexities[k]) > 1e-6 * perplexities[k])
                fail_msg("point %d has perplexity %g, wanted %g", i, exp2(entropy), perplexities[k]);
            assert_true(p[i * N + i] == 0);
            for (int j = 0; j < N; j++) {
                sum += p[i * N + j];
                assert_true(p[i * N + j] == p[j * N + i]);
            }
        }
        assert_true(fabs(sum - 1) < 1e-12);
    }
}

static void gradient(void **state) {
    (void)state;
    enum { N = 13, DIMS = 3 };
    double x[N * DIMS], p[N * N], map[2 * N], got[2 * N];
    for (int i = 0; i < N * DIMS; i++) x[i] = normal(1, i);
    for (int i = 0; i < 2 * N; i++) map[i] = normal(2, i);
    vp_tsne_affinities(x, N, DIMS, 4, p, NULL);
    vp_tsne_gradient(p, N, map, 1, got);
    for (int i = 0; i < 2 * N; i++) {
        const double step = 1e-5, kept = map[i];
        map[i] = kept + step;
        double above = vp_tsne_divergence(p, N, map);
        map[i] = kept - step;
        double want = (above - vp_tsne_divergence(p, N, map)) / (2 * step);
        map[i] = kept;
        if (fabs(got[i] - want) > 1e-8 + 1e-6 * fabs(want))
            fail_msg("coordinate %d: got %g, wanted %g", i, got[i], want);
    }
    /* Exaggeration scales the attraction: the gradient is linear in it. */
    double twice[2 * N], thrice[2 * N];
    vp_tsne_gradient(p, N, map, 2, twice);
    vp_tsne_gradient(p, N, map, 3, thrice);
    for (int i = 0; i < 2 * N; i++) assert_true(fabs(thrice[i] - 2 * twice[i] + got[i]) < 1e-12);
    assert_true(fabs(twice[0] - got[0]) > 1e-6);
}

/* Five blobs, told apart in 11 dimensions: in the map every point is nearest to one of its own, and each blob is
 * further from the others than it is wide. */
static void blobs(void **state) {
    (void)state;
    enum { BLOBS = 5, EACH = 31, N = BLOBS * EACH, DIMS = 11 };
    static double x[N * DIMS], map[2 * N], again[2 * N], centre[BLOBS][2], radius[BLOBS];
    for (int i = 0; i < N; i++)
        for (int d = 0; d < DIMS; d++) x[i * DIMS + d] = normal(3, i * DIMS + d) + 6 * normal(4, i % BLOBS * DIMS + d);
    struct vp_tsne_settings settings = {.perplexity = 15, .threads = 1};
    double divergence = vp_tsne(x, N, DIMS, &settings, map);
    assert_true(divergence > 0 && divergence < 1);
    settings.threads = 3;
    assert_true(vp_tsne(x, N, DIMS, &settings, again) == divergence);
    assert_memory_equal(map, again, sizeof map); /* whatever the threads */

    for (int i = 0; i < N; i++) {
        int nearest = -1;
        for (int j = 0; j < N; j++)
            if (j != i && (nearest < 0 || squared(map, 2, i, j) < squared(map, 2, i, nearest))) nearest = j;
        assert_int_equal(nearest % BLOBS, i % BLOBS);
        for (int d = 0; d < 2; d++) centre[i % BLOBS][d] += map[2 * i + d] / EACH;
    }
    for (int i = 0; i < N; i++)
        radius[i % BLOBS] =
            fmax(radius[i % BLOBS], hypot(map[2 * i] - centre[i % BLOBS][0], map[2 * i + 1] - centre[i % BLOBS][1]));
    for (int a = 0; a < BLOBS; a++)
        for (int b = 0; b < a; b++)
            assert_true(hypot(centre[a][0] - centre[b][0], centre[a][1] - centre[b][1]) > radius[a] + radius[b]);
}

static void few_and_equal_points(void **state) {
    (void)state;
    struct vp_tsne_settings settings = {.iterations = 40};
    double x[36], map[24];
    for (int n = 1; n <= 6; n++) {
        for (int i = 0; i < 3 * n; i++) x[i] = normal(5, i);
        double divergence = vp_tsne(x, n, 3, &settings, map);
        assert_true(isfinite(divergence));
        for (int i = 0; i < 2 * n; i++) assert_true(isfinite(map[i]));
    }
    for (int i = 0; i < 36; i++) x[i] = i < 18 ? 1 : 2; /* two heaps of six equal points */
    assert_true(isfinite(vp_tsne(x, 12, 3, &settings, map)));
    for (int i = 0; i < 24; i++) assert_true(isfinite(map[i]));
    memset(x, 0, sizeof x);
    assert_true(isfinite(vp_tsne(x, 12, 3, &settings, map)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(calibration), cmocka_unit_test(gradient),
                                       cmocka_unit_test(blobs), cmocka_unit_test(few_and_equal_points)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
