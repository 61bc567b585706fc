/* Probes against what can be worked out otherwise: a step by hand, ridge both ways, neighbours by brute force. */
#include "gpu_for_tests.h"
#include "vkpcl/ops/bce.h"
#include "vkpcl/ops/cross_entropy.h"
#include "vkpcl/probe.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 131, COLUMNS = 33, CLASSES = 3 };

static float normal(uint32_t stream, int64_t i) {
    return vp_rng_normal(5, vp_rng_stream(VP_RNG_TEST, stream), (uint64_t)i);
}

/* Rows round three centres; label i % 3. */
struct blobs {
    float x[ROWS * COLUMNS], one_hot[ROWS * CLASSES];
    int label[ROWS];
    uint32_t all[ROWS];
};

static void blobs_init(struct blobs *b) {
    memset(b, 0, sizeof *b);
    for (int i = 0; i < ROWS; i++) {
        b->all[i] = (uint32_t)i;
        b->label[i] = i % CLASSES;
        b->one_hot[i * CLASSES + b->label[i]] = 1;
        for (int k = 0; k < COLUMNS; k++)
            b->x[i * COLUMNS + k] = normal(0, i * COLUMNS + k) + 1.5f * normal(1, b->label[i] * COLUMNS + k);
    }
}

static int largest(const float *v, int n) {
    int best = 0;
    for (int k = 1; k < n; k++)
        if (v[k] > v[best]) best = k;
    return best;
}

static double accuracy(const struct blobs *b, const float *out, int first, int count) {
    int right = 0;
    for (int i = 0; i < count; i++) right += largest(out + i * CLASSES, CLASSES) == b->label[first + i];
    return (double)right / count;
}

/* The first Adam step moves every weight by lr against its gradient's sign, g / (|g| + eps), from N(0, 0.01). */
static void test_one_step_by_hand(void **state) {
    struct vp_gpu *gpu = *state;
    struct vp_error err;
    struct blobs b;
    blobs_init(&b);
    struct vp_probe_data data;
    struct vp_probe *probe;
    must(vp_probe_data_init(&data, gpu, ROWS, COLUMNS, b.x, ROWS, CLASSES, b.one_hot, &err), &err);
    struct vp_probe_desc desc = {.loss = VP_PROBE_CROSS_ENTROPY,
                                 .outputs = CLASSES,
                                 .batch = ROWS,
                                 .rows = ROWS,
                                 .epochs = 2,
                                 .lr = 1e-2,
                                 .seed = 3};
    must(vp_probe_create(&probe, &data, &desc, &err), &err);
    must(vp_probe_epoch(probe, b.all, &err), &err);
    static float got[ROWS * CLASSES];
    must(vp_probe_predict(probe, b.all, ROWS, got, &err), &err);

    static double x[ROWS * COLUMNS], logits[ROWS * CLASSES], target[ROWS * CLASSES], dlogits[ROWS * CLASSES];
    double w[CLASSES * COLUMNS], bias[CLASSES] = {0};
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (double)b.x[i];
    for (int i = 0; i < ROWS * CLASSES; i++) target[i] = (double)b.one_hot[i];
    for (int i = 0; i < CLASSES * COLUMNS; i++)
        w[i] = 0.01 * (double)vp_rng_normal(3, vp_rng_stream(VP_RNG_PROBE, 0), (uint64_t)i);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < ROWS; i++)
            for (int k = 0; k < CLASSES; k++) {
                logits[i * CLASSES + k] = bias[k];
                for (int c = 0; c < COLUMNS; c++) logits[i * CLASSES + k] += w[k * COLUMNS + c] * x[i * COLUMNS + c];
            }
        if (turn) break;
        vp_cross_entropy_backward_ref(ROWS, CLASSES, logits, target, 1, dlogits);
        for (int k = 0; k < CLASSES; k++) {
            double db = 0;
            for (int i = 0; i < ROWS; i++) db += dlogits[i * CLASSES + k];
            bias[k] -= 1e-2 * db / (fabs(db) + 1e-8);
            for (int c = 0; c < COLUMNS; c++) {
                double dw = 0;
                for (int i = 0; i < ROWS; i++) dw += dlogits[i * CLASSES + k] * x[i * COLUMNS + c];
                w[k * COLUMNS + c] -= 1e-2 * dw / (fabs(dw) + 1e-8);
            }
        }
    }
    for (int i = 0; i < ROWS * CLASSES; i++)
        if (!(fabs((double)got[i] - logits[i]) < 2e-4))
            fail_msg("output %d is %.7g, by hand %.7g", i, (double)got[i], logits[i]);
    vp_probe_destroy(probe);
    vp_probe_data_fini(&data);
}

/* Trains on the first 100 rows, asks about the others; twice the same bits. Batches of 32 leave a remainder. */
static void fit_blobs(struct vp_gpu *gpu, const struct blobs *b, bool batch_norm, float out[31 * CLASSES]) {
    struct vp_error err;
    struct vp_probe_data data;
    struct vp_probe *probe;
    must(vp_probe_data_init(&data, gpu, ROWS, COLUMNS, b->x, ROWS, CLASSES, b->one_hot, &err), &err);
    struct vp_probe_desc desc = {.loss = VP_PROBE_CROSS_ENTROPY,
                                 .batch_norm = batch_norm,
                                 .outputs = CLASSES,
                                 .batch = 32,
                                 .rows = 100,
                                 .epochs = 20,
                                 .lr = 1e-2,
                                 .seed = 1};
    must(vp_probe_create(&probe, &data, &desc, &err), &err);
    for (int e = 0; e < desc.epochs; e++) must(vp_probe_epoch(probe, b->all, &err), &err);
    must(vp_probe_predict(probe, b->all + 100, 31, out, &err), &err);
    vp_probe_destroy(probe);
    vp_probe_data_fini(&data);
}

static void test_learns_and_repeats(void **state) {
    struct blobs b;
    blobs_init(&b);
    for (int batch_norm = 0; batch_norm < 2; batch_norm++) {
        float once[31 * CLASSES], twice[31 * CLASSES];
        fit_blobs(*state, &b, batch_norm, once);
        fit_blobs(*state, &b, batch_norm, twice);
        assert_memory_equal(once, twice, sizeof once);
        if (!(accuracy(&b, once, 100, 31) > 0.95)) fail_msg("accuracy %.3f", accuracy(&b, once, 100, 31));
    }
}

/* Numbers by L1 with decay, and labels by binary cross-entropy, both linear in x. */
static void test_l1_and_bce(void **state) {
    struct vp_error err;
    struct blobs b;
    blobs_init(&b);
    float target[ROWS * 2], out[31 * 2];
    for (int loss = 0; loss < 2; loss++) {
        for (int i = 0; i < ROWS * 2; i++) {
            float value = 0.2f * (b.x[i / 2 * COLUMNS + i % 2] - b.x[i / 2 * COLUMNS + 7]);
            target[i] = loss == 0 ? value : value > 0;
        }
        struct vp_probe_data data;
        struct vp_probe *probe;
        must(vp_probe_data_init(&data, *state, ROWS, COLUMNS, b.x, ROWS, 2, target, &err), &err);
        struct vp_probe_desc desc = {.loss = loss == 0 ? VP_PROBE_L1 : VP_PROBE_BCE,
                                     .batch_norm = true,
                                     .outputs = 2,
                                     .batch = 25,
                                     .rows = 100,
                                     .epochs = 60,
                                     .lr = 2e-2,
                                     .decay = loss == 0 ? 1e-2 : 0,
                                     .seed = 1};
        must(vp_probe_create(&probe, &data, &desc, &err), &err);
        for (int e = 0; e < desc.epochs; e++) must(vp_probe_epoch(probe, b.all, &err), &err);
        must(vp_probe_predict(probe, b.all + 100, 31, out, &err), &err);
        double error = 0, plain = 0;
        int right = 0;
        for (int i = 0; i < 62; i++) {
            error += fabs((double)(out[i] - target[200 + i]));
            plain += fabs((double)target[200 + i]);
            right += (out[i] > 0) == (target[200 + i] > 0.5f);
        }
        if (loss == 0 && !(error < 0.3 * plain)) fail_msg("L1: mean error %.4f, of zero %.4f", error / 62, plain / 62);
        if (loss == 1 && !(right > 50)) fail_msg("BCE: %d of 62 right", right);
        vp_probe_destroy(probe);
        vp_probe_data_fini(&data);
    }
}

/* Pairs of one blob are pulled together, others pushed apart. */
static void test_pairs(void **state) {
    struct vp_error err;
    struct blobs b;
    blobs_init(&b);
    enum { PAIRS = 96, LENGTH = 8 };
    uint32_t first[PAIRS], second[PAIRS], pairs[PAIRS];
    float sign[PAIRS], *out = malloc(ROWS * LENGTH * sizeof *out);
    for (uint32_t i = 0; i < PAIRS; i++) {
        pairs[i] = i;
        first[i] = i;
        second[i] = i + 3 + i % 2; /* 3 on: the same blob; 4 on: another */
        sign[i] = i % 2 ? -1 : 1;
    }
    struct vp_probe_data data;
    struct vp_probe *probe;
    must(vp_probe_data_init(&data, *state, ROWS, COLUMNS, b.x, PAIRS, 1, sign, &err), &err);
    struct vp_probe_desc desc = {.loss = VP_PROBE_COSINE,
                                 .batch_norm = true,
                                 .outputs = LENGTH,
                                 .batch = 32,
                                 .rows = PAIRS,
                                 .epochs = 15,
                                 .lr = 1e-2,
                                 .seed = 1};
    must(vp_probe_create(&probe, &data, &desc, &err), &err);
    for (int e = 0; e < desc.epochs; e++) must(vp_probe_epoch_pairs(probe, pairs, first, second, &err), &err);
    must(vp_probe_predict(probe, b.all, ROWS, out, &err), &err);
    double mean[2] = {0};
    for (int i = 100; i < ROWS - 4; i++)
        for (int other = 0; other < 2; other++) {
            const float *u = out + i * LENGTH, *v = out + (i + 3 + other) * LENGTH;
            double uv = 0, uu = 0, vv = 0;
            for (int k = 0; k < LENGTH; k++)
                uv += (double)(u[k] * v[k]), uu += (double)(u[k] * u[k]), vv += (double)(v[k] * v[k]);
            mean[other] += uv / sqrt(uu * vv) / (ROWS - 104);
        }
    if (!(mean[0] > 0.7 && mean[1] < 0.4)) fail_msg("cosine %.3f of the same blob, %.3f of others", mean[0], mean[1]);
    vp_probe_destroy(probe);
    vp_probe_data_fini(&data);
    free(out);
}

/* Primal (few columns) and dual (few rows) must fulfil the normal equations: gradients of the objective vanish. */
static void check_ridge(struct vp_gpu *gpu, int64_t n, int64_t d) {
    struct vp_error err;
    enum { OUTPUTS = 2, TEST = 5 };
    int64_t rows = n + TEST;
    float *x = malloc((size_t)(rows * d) * sizeof *x), *t = malloc((size_t)(rows * OUTPUTS) * sizeof *t);
    uint32_t *all = malloc((size_t)rows * sizeof *all);
    for (int64_t i = 0; i < rows * d; i++) x[i] = 3 + normal(2, i);
    for (int64_t i = 0; i < rows * OUTPUTS; i++) t[i] = 10 + x[i / OUTPUTS * d + i % OUTPUTS] + 0.1f * normal(3, i);
    for (int64_t i = 0; i < rows; i++) all[i] = (uint32_t)i;
    /* Asked about the training rows too: the residuals tell. Reverse order, so that numbers of rows matter. */
    for (int64_t i = 0; i < n / 2; i++) all[i] = (uint32_t)(n - 1 - i), all[n - 1 - i] = (uint32_t)i;
    const double lambdas[2] = {0.5, 0.01};
    double *out = malloc((size_t)(2 * rows * OUTPUTS) * sizeof *out);
    must(vp_ridge(gpu, x, d, (struct vp_rows){all, n}, (struct vp_rows){all, rows}, t, OUTPUTS, lambdas, 2, out, &err),
         &err);
    double *centred = malloc((size_t)(n * d) * sizeof *centred), square = 0;
    for (int64_t k = 0; k < d; k++) {
        double mean = 0;
        for (int64_t i = 0; i < n; i++) mean += (double)x[i * d + k] / (double)n;
        for (int64_t i = 0; i < n; i++) {
            centred[i * d + k] = (double)x[i * d + k] - mean;
            square += centred[i * d + k] * centred[i * d + k] / (double)n;
        }
    }
    /* At the optimum lambda W = X^T R with R the residuals, so the fitted part must be X W = X X^T R / lambda. */
    for (int l = 0; l < 2; l++)
        for (int64_t k = 0; k < OUTPUTS; k++) {
            double *w = calloc((size_t)d, sizeof *w), mean = 0;
            for (int64_t i = 0; i < n; i++) mean += (double)t[i * OUTPUTS + k] / (double)n;
            for (int64_t i = 0; i < n; i++) {
                uint32_t row = all[i];
                double residual = (double)t[row * OUTPUTS + k] - out[(l * rows + i) * OUTPUTS + k];
                for (int64_t c = 0; c < d; c++) w[c] += centred[row * d + c] * residual / (lambdas[l] * square);
            }
            for (int64_t i = 0; i < n; i++) {
                double fitted = mean;
                for (int64_t c = 0; c < d; c++) fitted += centred[all[i] * d + c] * w[c];
                if (!(fabs(fitted - out[(l * rows + i) * OUTPUTS + k]) < 2e-3))
                    fail_msg("n %lld, d %lld, lambda %g: row %lld is %.6f, the normal equations say %.6f", (long long)n,
                             (long long)d, lambdas[l], (long long)i, out[(l * rows + i) * OUTPUTS + k], fitted);
            }
            free(w);
        }
    free(x);
    free(t);
    free(all);
    free(out);
    free(centred);
}

static void test_ridge(void **state) {
    check_ridge(*state, 131, 31);
    check_ridge(*state, 67, 129);
    check_ridge(*state, 2, 3);
}

static void test_knn(void **state) {
    struct vp_error err;
    struct blobs b;
    blobs_init(&b);
    enum { K = 5 };
    float out[31 * CLASSES];
    must(vp_knn(*state, b.x, COLUMNS, (struct vp_rows){b.all, 100}, (struct vp_rows){b.all + 100, 31}, b.label, CLASSES,
                K, out, &err),
         &err);
    for (int i = 100; i < ROWS; i++) {
        double cosine[100], votes[CLASSES] = {0};
        for (int j = 0; j < 100; j++) {
            double uv = 0, uu = 0, vv = 0;
            for (int k = 0; k < COLUMNS; k++) {
                double u = (double)b.x[i * COLUMNS + k], v = (double)b.x[j * COLUMNS + k];
                uv += u * v, uu += u * u, vv += v * v;
            }
            cosine[j] = uv / sqrt(uu * vv);
        }
        for (int vote = 0; vote < K; vote++) {
            int best = 0;
            for (int j = 1; j < 100; j++)
                if (cosine[j] > cosine[best]) best = j;
            votes[b.label[best]] += 1 + cosine[best] / (2 * K);
            cosine[best] = -2;
        }
        for (int k = 0; k < CLASSES; k++)
            if (!(fabs((double)out[(i - 100) * CLASSES + k] - votes[k]) < 1e-4))
                fail_msg("row %d, class %d: %.6f votes, by brute force %.6f", i, k,
                         (double)out[(i - 100) * CLASSES + k], votes[k]);
    }
    if (!(accuracy(&b, out, 100, 31) > 0.9)) fail_msg("accuracy %.3f", accuracy(&b, out, 100, 31));
}

static int open_gpu(void **state) {
    *state = gpu_for_tests(NULL);
    return 0;
}

static int close_gpu(void **state) {
    int messages = vp_gpu_validation_messages(*state);
    vp_gpu_destroy(*state);
    return messages;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_step_by_hand),
                                       cmocka_unit_test(test_learns_and_repeats),
                                       cmocka_unit_test(test_l1_and_bce),
                                       cmocka_unit_test(test_pairs),
                                       cmocka_unit_test(test_ridge),
                                       cmocka_unit_test(test_knn)};
    return cmocka_run_group_tests(tests, open_gpu, close_gpu);
}
