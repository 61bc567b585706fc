#include "phase_for_tests.h"
#include "gpu_for_tests.h"
#include "vkpcl/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct vp_phase_settings phase_settings_for_tests(double width, int64_t batch) {
    return (struct vp_phase_settings){.model = {width, 64},
                                      .batch = batch,
                                      .pose_batch = 3,
                                      .negatives = 5,
                                      .noise = 0.4f,
                                      .decoder = true,
                                      .orthogonality = true,
                                      .beta1 = 0.9,
                                      .beta2 = 0.999,
                                      .eps = 1e-8,
                                      .weight_decay = 1e-3};
}

/* Fills an input: uniform in [0, 1), or a permutation. */
static void upload(struct vp_phase *phase, const struct vp_tensor *to, uint32_t which) {
    struct vp_error err = {0};
    if (!to) return;
    int64_t count = vp_shape_count(to->shape);
    float *values = calloc((size_t)count, sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < count; i++) {
        uint32_t place = (uint32_t)(count - 1 - i);
        values[i] = vp_rng_uniform(5, vp_rng_stream(VP_RNG_TEST, which), (uint64_t)i);
        if (to->dtype == VP_U32) memcpy(&values[i], &place, sizeof place);
    }
    must(vp_tensor_upload(phase->tape, to, values, &err), &err);
    free(values);
}

void phase_session_init(struct phase_session *session, struct vp_gpu *gpu, enum vp_phase_kind kind,
                        const struct vp_phase_settings *settings) {
    struct vp_error err = {0};
    *session = (struct phase_session){.gpu = gpu, .params = vp_params_create()};
    vp_model_add_params(session->params, &settings->model);
    must(vp_params_allocate(session->params, gpu, true, &err), &err);
    must(vp_params_init(session->params, 1, &err), &err);
    must(vp_phase_shared_init(&session->shared, gpu, session->params, settings, &err), &err);
    struct vp_phase *phase = session->phase = vp_phase_create(kind, &session->shared, settings);
    must(vp_tape_memory_init(&session->memory, gpu, &phase->plan, 1, &err), &err);
    must(vp_phase_bind(phase, &session->memory, &err), &err);
    must(vp_tape_poison(phase->tape, &err), &err);
    upload(phase, phase->images, 1);
    upload(phase, phase->noise, 2);
    upload(phase, phase->mix, 3);
    upload(phase, phase->perm, 4);
}

float *phase_session_fetch(const struct phase_session *session, struct vp_range range) {
    struct vp_error err = {0};
    float *values = calloc(range.bytes / 4, sizeof *values);
    assert_non_null(values);
    must(vp_gpu_download(session->gpu, range, values, &err), &err);
    return values;
}

void phase_session_fini(struct phase_session *session) {
    vp_phase_destroy(session->phase);
    vp_tape_memory_fini(&session->memory);
    vp_phase_shared_fini(&session->shared);
    vp_params_destroy(session->params);
}
