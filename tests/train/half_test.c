/* Steps with half storage against the same steps in float: losses, moments, parameters; overflow, skip and recovery. */
#include "adam/adam_table.h"
#include "gpu_for_tests.h"
#include "phase_for_tests.h"
#include "vkpcl/loss_scale.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 4 };
enum { GROWTH = 2000 }; /* more than any test's steps */

/* A phase and its loss scale. */
struct session {
    struct phase_session own;
    struct vp_loss_scale scale;
};

static void session_init(struct session *s, struct vp_gpu *gpu, enum vp_phase_kind kind, bool half) {
    struct vp_phase_settings settings = phase_settings_for_tests(0.125, 6);
    settings.half = half;
    s->scale = (struct vp_loss_scale){.scale = 1024};
    phase_session_init(&s->own, gpu, kind, &settings);
}

static void session_fini(struct session *s) {
    phase_session_fini(&s->own);
}

static float *fetch(const struct session *s, struct vp_range range) {
    return phase_session_fetch(&s->own, range);
}

/* One step; what a run does about its outcome two iterations later is done at once. Returns whether it was skipped. */
static bool step(struct session *s) {
    struct vp_error err = {0};
    struct vp_phase_step settings = {.lr = 1e-4, .weight = 1, .temperature = 0.5};
    if (s->own.phase->settings.half) settings.scale = s->scale.scale;
    must(vp_phase_run(s->own.phase, &s->own.shared, &settings, &err), &err);
    uint32_t *report = (uint32_t *)(void *)fetch(s, vp_tensor_range(s->own.phase->report));
    bool finite = report[ADAM_REPORT_FIRST] == ADAM_NONE;
    free(report);
    vp_loss_scale_update(&s->scale, finite, GROWTH);
    if (!finite)
        vp_adam_skipped(&s->own.shared.adam, &(struct vp_adam_phase){.has_gradient = s->own.phase->has_gradient});
    return !finite;
}

static double loss(const struct session *s) {
    struct vp_error err = {0};
    float values[4] = {0};
    const struct vp_tensor *x = s->own.phase->kind == VP_PHASE_RECON ? s->own.phase->l1 : s->own.phase->loss;
    must(vp_tensor_download(s->own.phase->tape, x, values, &err), &err);
    return (double)values[0] + (double)values[1] + (double)values[2] + (double)values[3];
}

/* |a - b| / |b - from| over the parameters that the phase trains; from NULL: zero. */
static double distance(const struct session *s, const float *a, const float *b, const float *from) {
    double difference = 0, size = 0;
    for (int k = 0; k < s->own.params->count; k++) {
        const struct vp_param *param = &s->own.params->list[k];
        if (!s->own.phase->has_gradient[k]) continue;
        for (int64_t i = param->offset; i < param->offset + param->count; i++) {
            double d = (double)a[i] - (double)b[i], w = (double)b[i] - (from ? (double)from[i] : 0);
            difference += d * d;
            size += w * w;
        }
    }
    assert_true(size > 0);
    return sqrt(difference / size);
}

static void close_to(const struct session *s, struct vp_range half, const struct session *f, struct vp_range whole,
                     const float *from, double limit, const char *what) {
    float *a = fetch(s, half), *b = fetch(f, whole);
    double off = distance(s, a, b, from);
    print_message("%s, %s: %.2e of %.0e\n", vp_phase_name(s->own.phase->kind), what, off, limit);
    if (!(off <= limit)) fail_msg("phase %s, %s: off by %.2e", vp_phase_name(s->own.phase->kind), what, off);
    free(a);
    free(b);
}

/* Every parameter off by up to 2^-11 of itself, which is what storing in half does to every activation. */
static void nudge(struct session *s) {
    struct vp_error err = {0};
    float *values = fetch(s, s->own.params->value);
    for (int64_t i = 0; i < s->own.params->trainable_elements; i++) {
        float u = vp_rng_uniform(7, vp_rng_stream(VP_RNG_TEST, 9), (uint64_t)i);
        values[i] *= 1 + 0x1p-11f * (2 * u - 1);
    }
    must(vp_gpu_upload(s->own.gpu, s->own.params->value, values, &err), &err);
    free(values);
}

/* How far the gradient of one step is from that of a step in float: Adam's first moments, which hold the scale where it
 * is not undone, as the parameters hardly would. */
static double gradient_error(const struct session *s, const struct session *f) {
    float *a = fetch(s, s->own.params->m), *b = fetch(f, f->own.params->m);
    double off = distance(s, a, b, NULL);
    free(a);
    free(b);
    return off;
}

/* What rounding to half costs depends on the network: an untrained encoder makes nearly the same features of all
 * images, and the heads' batch norm magnifies what is left of their differences. So the yardstick is what the same step
 * in float does when its parameters are off by as much. Later steps start from weights that differ, by up to two
 * learning rates where a gradient is small; the losses must still go the same way. */
static void check_steps(struct vp_gpu *gpu, enum vp_phase_kind kind) {
    struct session f, h, nudged;
    session_init(&f, gpu, kind, false);
    session_init(&nudged, gpu, kind, false);
    nudge(&nudged);
    session_init(&h, gpu, kind, true);
    assert_true(h.own.phase->plan.transient_bytes < f.own.phase->plan.transient_bytes);
    float *before = fetch(&f, f.own.params->value);
    for (int i = 0; i < STEPS; i++) {
        step(&f);
        if (step(&h)) fail_msg("phase %s, step %d was skipped", vp_phase_name(kind), i);
        double want = loss(&f), off = fabs(loss(&h) - want) / want;
        if (i == 0) {
            step(&nudged);
            double error = gradient_error(&h, &f), yardstick = gradient_error(&nudged, &f);
            print_message("%s, gradient: %.2e, nudged %.2e\n", vp_phase_name(kind), error, yardstick);
            assert_true(yardstick < 0.2);
            if (!(error <= 2 * yardstick))
                fail_msg("phase %s: the gradient is off by %.2e, nudged by %.2e", vp_phase_name(kind), error,
                         yardstick);
        }
        print_message("%s, loss %d: %.2e\n", vp_phase_name(kind), i, off);
        if (!(off <= 1e-2)) fail_msg("phase %s, step %d: loss %g, in float %g", vp_phase_name(kind), i, loss(&h), want);
    }
    close_to(&h, h.own.params->value, &f, f.own.params->value, before, 0.5, "way of the parameters");
    free(before);
    session_fini(&f);
    session_fini(&h);
    session_fini(&nudged);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
}

static void test_recon(void **state) {
    check_steps(*state, VP_PHASE_RECON);
}
static void test_face(void **state) {
    check_steps(*state, VP_PHASE_FACE);
}
static void test_pose(void **state) {
    check_steps(*state, VP_PHASE_POSE);
}

/* Copies of what a skipped step may not touch. */
struct state {
    float *data[3];
};
static struct state state_of(const struct session *s) {
    return (struct state){{fetch(s, s->own.params->value), fetch(s, s->own.params->m), fetch(s, s->own.params->v)}};
}
static bool same(const struct session *s, const struct state *a, const struct state *b) {
    size_t bytes = sizeof(float) * (size_t)s->own.params->trainable_elements;
    bool equal = true;
    for (int i = 0; i < 3; i++) equal &= memcmp(a->data[i], b->data[i], bytes) == 0;
    return equal;
}
static void state_fini(struct state *state) {
    for (int i = 0; i < 3; i++) free(state->data[i]);
}

static void steps_are(const struct session *s, uint64_t want) {
    for (int k = 0; k < s->own.shared.adam.parameters; k++)
        assert_int_equal(s->own.shared.adam.steps[k], s->own.phase->has_gradient[k] ? want : 0);
}

/* From a scale that is much too large down to one that fits: nothing moves until then, and what moves then is what
 * would have moved with the fitting scale from the start, to the bit. */
static void test_overflow(void **state) {
    struct session s, fitting;
    session_init(&s, *state, VP_PHASE_FACE, true);
    s.scale.scale = VP_LOSS_SCALE_MOST;
    struct state before = state_of(&s), after;
    int skips = 0;
    for (; step(&s); skips++) {
        struct state now = state_of(&s);
        assert_true(same(&s, &before, &now));
        state_fini(&now);
        steps_are(&s, 0);
        assert_true(skips < 30);
    }
    print_message("%d skips, then the scale is %g\n", skips, s.scale.scale);
    assert_true(skips > 2);
    assert_int_equal(s.scale.skipped, skips);
    assert_int_equal(s.scale.good, 1);
    assert_true(s.scale.scale == ldexp(VP_LOSS_SCALE_MOST, -skips));
    steps_are(&s, 1);
    after = state_of(&s);
    assert_false(same(&s, &before, &after));

    session_init(&fitting, *state, VP_PHASE_FACE, true);
    fitting.scale.scale = s.scale.scale;
    assert_false(step(&fitting));
    struct state direct = state_of(&fitting);
    assert_true(same(&s, &after, &direct));
    state_fini(&before);
    state_fini(&after);
    state_fini(&direct);
    session_fini(&s);
    session_fini(&fitting);
    assert_int_equal(vp_gpu_validation_messages(*state), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_recon), cmocka_unit_test(test_face),
                                       cmocka_unit_test(test_pose), cmocka_unit_test(test_overflow)};
    return cmocka_run_group_tests_name("half", tests, group_gpu_open, group_gpu_close);
}
