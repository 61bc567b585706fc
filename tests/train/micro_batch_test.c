/* A step in pieces is the step at once: losses, features, gradients, running statistics, parameters after Adam. */
#include "gpu_for_tests.h"
#include "phase_for_tests.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double lr = 1e-4;

static struct vp_phase_settings at_once(void) {
    return phase_settings_for_tests(0.0625, 5);
}

/* What a step leaves behind. */
struct outcome {
    float *before, *after, *gradient; /* of all parameters; values with running statistics */
    float *result[3];                 /* decodes, l1, orth or feature, logits, loss */
    int64_t count[3], gradients;
    int pieces;
};

static void take_outcome(const struct phase_session *session, struct outcome *out) {
    const struct vp_phase *phase = session->phase;
    bool recon = phase->kind == VP_PHASE_RECON;
    const struct vp_tensor *results[3] = {recon ? phase->decodes : phase->feature, recon ? phase->l1 : phase->logits,
                                          recon ? phase->orth : phase->loss};
    for (int i = 0; i < 3; i++) {
        out->count[i] = vp_shape_count(results[i]->shape);
        out->result[i] = phase_session_fetch(session, vp_tensor_range(results[i]));
    }
    out->pieces = phase->pieces;
}

static struct outcome run_step(struct vp_gpu *gpu, enum vp_phase_kind kind, int64_t micro_batch, int kept) {
    struct vp_error err = {0};
    struct vp_phase_settings settings = at_once();
    settings.micro_batch = micro_batch;
    settings.kept_pieces = kept;
    struct phase_session session;
    phase_session_init(&session, gpu, kind, &settings);
    struct outcome out = {.before = phase_session_fetch(&session, session.params->value)};
    struct vp_phase_step step = {.lr = lr, .weight = 1, .temperature = 0.07};
    must(vp_phase_run(session.phase, &session.shared, &step, &err), &err);
    take_outcome(&session, &out);
    out.after = phase_session_fetch(&session, session.params->value);
    out.gradient = phase_session_fetch(&session, session.params->grad);
    out.gradients = session.params->trainable_elements;
    phase_session_fini(&session);
    return out;
}

static void drop(struct outcome *out) {
    for (int i = 0; i < 3; i++) free(out->result[i]);
    free(out->before);
    free(out->after);
    free(out->gradient);
}

static double length(const float *a, const float *b, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        double d = (double)a[i] - (b ? (double)b[i] : 0);
        sum += d * d;
    }
    return sqrt(sum);
}

/* Adam's first step is lr * g / (|g| + eps): what the difference of the gradients may make of it, and rounding. */
static double step_limit(const struct outcome *a, const struct outcome *b, int64_t i) {
    double decayed = fabs((double)a->gradient[i] + at_once().weight_decay * (double)a->before[i]);
    double difference = fabs((double)a->gradient[i] - (double)b->gradient[i]);
    double share = decayed > 2 * difference ? 2 * difference / decayed : 2;
    return lr * (share + 1e-3) + 1e-6 * fabs((double)a->before[i]);
}

static void compare_parameters(const struct outcome *whole, const struct outcome *pieces, double largest,
                               double limit) {
    struct vp_params *params = vp_params_create();
    const struct vp_phase_settings settings = at_once();
    vp_model_add_params(params, &settings.model);
    for (int k = 0; k < params->count; k++) {
        const struct vp_param *param = &params->list[k];
        int64_t from = param->offset, count = param->count;
        if (!param->trainable) { /* running statistics */
            double error = length(whole->after + from, pieces->after + from, count);
            if (error > limit * length(whole->after + from, NULL, count))
                fail_msg("%s is off by %.2e", param->name, error);
            continue;
        }
        /* Gradients that are zero in theory hold only rounding, so the largest is the yardstick for the smallest. */
        double size = length(whole->gradient + from, NULL, count);
        double error = length(whole->gradient + from, pieces->gradient + from, count);
        if (error > 10 * limit * size + limit * largest / 10)
            fail_msg("the gradient of %s is off by %.2e of %.2e", param->name, error, size);
        for (int64_t i = from; i < from + count; i++)
            if (fabs((double)whole->after[i] - (double)pieces->after[i]) > step_limit(whole, pieces, i))
                fail_msg("%s[%lld] becomes %.9g in pieces, %.9g at once", param->name, (long long)(i - from),
                         (double)pieces->after[i], (double)whole->after[i]);
    }
    vp_params_destroy(params);
}

static void compare(enum vp_phase_kind kind, const struct outcome *whole, const struct outcome *pieces, double limit) {
    for (int r = 0; r < 3; r++) {
        assert_int_equal(pieces->count[r], whole->count[r]);
        double error = length(whole->result[r], pieces->result[r], whole->count[r]);
        if (error > limit * length(whole->result[r], NULL, whole->count[r]))
            fail_msg("phase %s in %d pieces, result %d is off by %.2e relative", vp_phase_name(kind), pieces->pieces, r,
                     error / length(whole->result[r], NULL, whole->count[r]));
    }
    struct vp_params *params = vp_params_create();
    const struct vp_phase_settings settings = at_once();
    vp_model_add_params(params, &settings.model);
    double largest = length(whole->gradient, NULL, params->trainable_elements);
    assert_true(largest > 0 && length(whole->before, whole->after, params->trainable_elements) > 0);
    vp_params_destroy(params);
    compare_parameters(whole, pieces, largest, limit);
}

static void check(void **state, enum vp_phase_kind kind) {
    struct vp_gpu *gpu = *state;
    struct outcome whole = run_step(gpu, kind, 0, 0);
    assert_int_equal(whole.pieces, 1);
    /* Rows: recon and face 10, pose 21; decodes 4 x 5. Pieces of one size and of two, decodes by two and by one. A
     * single image has other kernels than several (its attention is no batch of products), hence other rounding. */
    static const struct {
        int64_t images;
        double limit;
    } micro_batches[] = {{10, 1e-6}, {3, 1e-6}, {1, 2e-5}};
    for (int i = 0; i < 3; i++) {
        struct outcome none = run_step(gpu, kind, micro_batches[i].images, 0);
        int64_t rows = kind == VP_PHASE_POSE ? 21 : 10;
        assert_int_equal(none.pieces, (rows + micro_batches[i].images - 1) / micro_batches[i].images);
        compare(kind, &whole, &none, micro_batches[i].limit);
        struct outcome some = run_step(gpu, kind, micro_batches[i].images, none.pieces / 2);
        assert_memory_equal(some.gradient, none.gradient, sizeof(float) * (size_t)none.gradients);
        for (int r = 0; r < 3; r++)
            assert_memory_equal(some.result[r], none.result[r], sizeof(float) * (size_t)none.count[r]);
        drop(&none);
        drop(&some);
    }
    drop(&whole);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
}

/* At the released sizes one tensor of a phase exceeds what a device may bind: the same here with a small limit. */
static void check_small_bindings(struct vp_gpu *gpu, enum vp_phase_kind kind, uint64_t bytes) {
    struct vp_gpu_caps *caps = (struct vp_gpu_caps *)(uintptr_t)vp_gpu_caps(gpu);
    struct outcome whole = run_step(gpu, kind, 0, 0);
    uint64_t before = caps->max_binding_bytes;
    caps->max_binding_bytes = bytes;
    struct outcome cut = run_step(gpu, kind, 0, 0);
    caps->max_binding_bytes = before;
    compare(kind, &whole, &cut, 2e-5);
    drop(&whole);
    drop(&cut);
}

static void test_tensors_larger_than_a_binding(void **state) {
    check_small_bindings(*state, VP_PHASE_RECON, 512 << 10);
    check_small_bindings(*state, VP_PHASE_FACE, 152 << 10);
    check_small_bindings(*state, VP_PHASE_POSE, 256 << 10);
    assert_int_equal(vp_gpu_validation_messages(*state), 0);
}

static void test_recon(void **state) {
    check(state, VP_PHASE_RECON);
}
static void test_face(void **state) {
    check(state, VP_PHASE_FACE);
}
static void test_pose(void **state) {
    check(state, VP_PHASE_POSE);
}

static int enter(void **state) {
    *state = gpu_for_tests(NULL);
    return 0;
}
static int leave(void **state) {
    vp_gpu_destroy(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recon),
        cmocka_unit_test(test_face),
        cmocka_unit_test(test_pose),
        cmocka_unit_test(test_tensors_larger_than_a_binding),
    };
    return cmocka_run_group_tests_name("micro_batch", tests, enter, leave);
}
