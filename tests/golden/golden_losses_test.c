/* The CPU references of the losses and of Adam against PyTorch (README.md here). */
#include "golden_file.h"
#include "vkpcl/adam.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/ops/infonce.h"
#include "vkpcl/ops/orthogonality.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the above first */
#include <cmocka.h>

static void test_orthogonality(void **state) {
    (void)state;
    struct golden g;
    struct vp_array shape;
    golden_open(&g, "orth");
    const double *a = golden_get(&g, "a", &shape), *b = golden_get(&g, "b", NULL), one = 1;
    struct vp_orthogonality_shape z = {1, shape.shape[0], shape.shape[1]};
    double loss = 0, *da = golden_room(&g, (size_t)(z.rows * z.d)), *db = golden_room(&g, (size_t)(z.rows * z.d));
    vp_orthogonality_ref(&z, a, b, NULL, NULL, &loss);
    golden_expect(&g, "y", &loss);
    vp_orthogonality_backward_ref(&z, a, b, &one, da, db);
    golden_expect(&g, "da", da);
    golden_expect(&g, "db", db);
    golden_close(&g);
}

/* perm as the references take it. */
static void read_perm(struct golden *g, uint32_t *perm, int64_t limit) {
    struct vp_array shape;
    const double *values = golden_get(g, "perm", &shape);
    assert_true(vp_array_count(&shape) <= limit);
    for (int64_t i = 0; i < vp_array_count(&shape); i++) perm[i] = (uint32_t)values[i];
}

static void test_face(void **state) {
    (void)state;
    struct golden g;
    struct vp_array shape;
    uint32_t perm[64];
    golden_open(&g, "info_nce_face");
    const double *f = golden_get(&g, "feature", &shape), *mix = golden_get(&g, "mix", NULL);
    int n = (int)shape.shape[0], d = (int)shape.shape[1];
    read_perm(&g, perm, 64);
    struct vp_infonce_set set = {n, n / 2, d, n, *golden_get(&g, "temperature", NULL), mix, perm};
    double loss = 0, accuracy = 0;
    double *logits = golden_room(&g, (size_t)(n * (n - 1))), *df = golden_room(&g, (size_t)(n * d));
    vp_infonce_set_ref(&set, f, &loss, logits, &accuracy);
    loss /= n;
    golden_expect(&g, "logits", logits);
    golden_expect(&g, "loss", &loss);
    vp_infonce_set_backward_ref(&set, f, 1.0 / n, df);
    golden_expect(&g, "dfeature", df);
    golden_close(&g);
}

static void test_pose(void **state) {
    (void)state;
    for (int mixed = 0; mixed < 2; mixed++) {
        struct golden g;
        struct vp_array fs, ms;
        uint32_t perm[64];
        golden_open(&g, "info_nce_pose");
        const double *f = golden_get(&g, "feature", &fs), *neg = golden_get(&g, "negative", NULL);
        const double *mix = golden_get(&g, "mix", &ms), t = *golden_get(&g, "temperature", NULL);
        int64_t p = ms.shape[0], k = ms.shape[1], d = fs.shape[1];
        size_t row = (size_t)d * sizeof *f;
        read_perm(&g, perm, 64);
        double loss = 0, *logits = golden_room(&g, (size_t)(2 * p * (1 + k)));
        double *df = golden_room(&g, (size_t)(2 * p * d)), *dn = golden_room(&g, (size_t)(p * k * d));
        double *set_f = golden_room(&g, (size_t)((2 + k) * d)), *set_logits = golden_room(&g, (size_t)(2 * (1 + k)));
        for (int64_t i = 0; i < p; i++) {
            double *set_df = golden_room(&g, (size_t)((2 + k) * d)), set_loss = 0, accuracy = 0;
            struct vp_infonce_set set = {(int)(2 + k), 1, (int)d, 1, t, mix + i * k, perm};
            for (int64_t v = 0; v < 2; v++) memcpy(set_f + v * d, f + (i + v * p) * d, row);
            for (int64_t s = 0; s < k; s++) {
                int64_t from = vp_infonce_row(mixed ? VP_INFONCE_MIXED : VP_INFONCE_OWN, p, k, i, s);
                memcpy(set_f + (2 + s) * d, neg + from * d, row);
            }
            vp_infonce_set_ref(&set, set_f, &set_loss, set_logits, &accuracy);
            vp_infonce_set_backward_ref(&set, set_f, 0.5 / (double)p, set_df);
            loss += set_loss * 0.5 / (double)p;
            for (int64_t v = 0; v < 2; v++) {
                memcpy(logits + (i + v * p) * (1 + k), set_logits + v * (1 + k), (size_t)(1 + k) * sizeof *logits);
                memcpy(df + (i + v * p) * d, set_df + v * d, row);
            }
            for (int64_t s = 0; s < k; s++) {
                int64_t to = vp_infonce_row(mixed ? VP_INFONCE_MIXED : VP_INFONCE_OWN, p, k, i, s);
                memcpy(dn + to * d, set_df + (2 + s) * d, row);
            }
        }
        golden_expect(&g, mixed ? "logits_mixed" : "logits", logits);
        golden_expect(&g, mixed ? "loss_mixed" : "loss", &loss);
        golden_expect(&g, mixed ? "dfeature_mixed" : "dfeature", df);
        golden_expect(&g, mixed ? "dnegative_mixed" : "dnegative", dn);
        golden_close(&g);
    }
}

static void test_adam(void **state) {
    (void)state;
    for (int unused = 0; unused < 2; unused++) {
        struct golden g;
        struct vp_array shape;
        char name[64];
        const char *tag = unused ? "_update_unused" : "";
        golden_open(&g, "adam");
        const double *start = golden_get(&g, "parameter", &shape), *gradient = golden_get(&g, "gradient", NULL);
        double lr = *golden_get(&g, "lr", NULL);
        uint64_t count = (uint64_t)vp_array_count(&shape);
        struct vp_adam adam;
        struct vp_adam_param param = {0, count, true};
        vp_adam_init(&adam, &param, 1, 0.9, 0.999);
        uint64_t elements = vp_adam_elements(&adam);
        uint32_t chunks[8], words[64], report[64];
        assert_true(elements / ADAM_CHUNK <= 8 && vp_adam_words(&adam) <= 64);
        vp_adam_chunks(&adam, chunks);
        double *p = golden_room(&g, elements), *m = golden_room(&g, elements), *v = golden_room(&g, elements);
        double *padded = golden_room(&g, elements);
        memcpy(p, start, count * sizeof *p);
        struct vp_adam_desc desc = {1, 0.9, 0.999, 1e-8, 1e-3};
        for (int i = 0; i < 3; i++) {
            bool has_gradient = i != 1;
            struct vp_adam_phase phase = {lr, &has_gradient, unused != 0, 1, 0, false};
            memcpy(padded, gradient + (uint64_t)i * count, count * sizeof *p);
            vp_adam_begin(&adam, &phase, words);
            vp_adam_step_ref(&desc, (int64_t)elements, chunks, words, padded, p, m, v, report);
            snprintf(name, sizeof name, "after%d%s", i + 1, tag);
            golden_expect(&g, name, p);
        }
        snprintf(name, sizeof name, "m%s", tag);
        golden_expect(&g, name, m);
        snprintf(name, sizeof name, "v%s", tag);
        golden_expect(&g, name, v);
        vp_adam_fini(&adam);
        golden_close(&g);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orthogonality),
        cmocka_unit_test(test_face),
        cmocka_unit_test(test_pose),
        cmocka_unit_test(test_adam),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
