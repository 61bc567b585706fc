/* The running statistics of batch_norm: moved once per group, in order, by every run of a training tape. */
#include "gpu_for_tests.h"
#include "vkpcl/ops/batch_norm.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ROWS = 7, GROUPS = 3, C = 5, COUNT = ROWS * GROUPS * C, RUNS = 2 };

static void moves_group_after_group(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_gpu *gpu = gpu_for_tests("");
    struct vp_tape *tape = vp_tape_create(gpu, "running statistics");
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape2(GROUPS * ROWS, C), VP_F32, false), *v[4];
    const char *names[4] = {"gamma", "beta", "running_mean", "running_var"};
    for (int i = 0; i < 4; i++) v[i] = vp_tape_input(tape, names[i], vp_shape1(C), VP_F32, false);
    const struct vp_batch_norm_desc desc = {GROUPS, 1e-5F, 0.1F};
    vp_tape_keep(tape, vp_batch_norm(tape, x, v[0], v[1], v[2], v[3], &desc));
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);

    float data[COUNT], ones[C], mean[C], variance[C];
    double in[COUNT], one[C], want_mean[C], want_variance[C], y[COUNT];
    for (int i = 0; i < COUNT; i++) in[i] = (double)(data[i] = vp_rng_uniform(7, 0, (uint64_t)i) * 4.0F + 1.0F);
    for (int c = 0; c < C; c++) {
        ones[c] = 1;
        one[c] = 1;
        want_mean[c] = (double)(mean[c] = 0.25F * (float)c);
        want_variance[c] = (double)(variance[c] = 1.0F + (float)c);
    }
    must(vp_tensor_upload(tape, x, data, &err), &err);
    must(vp_tensor_upload(tape, v[0], ones, &err), &err);
    must(vp_tensor_upload(tape, v[1], ones, &err), &err);
    must(vp_tensor_upload(tape, v[2], mean, &err), &err);
    must(vp_tensor_upload(tape, v[3], variance, &err), &err);
    const struct vp_batch_norm_shape shape = {ROWS, GROUPS, C, (double)1e-5F, (double)0.1F, true};
    for (int run = 0; run < RUNS; run++) {
        must(vp_tape_run(tape, &err), &err);
        vp_batch_norm_ref(&shape, in, one, one, want_mean, want_variance, y);
    }
    must(vp_tensor_download(tape, v[2], mean, &err), &err);
    must(vp_tensor_download(tape, v[3], variance, &err), &err);
    for (int c = 0; c < C; c++) {
        assert_true(fabs((double)mean[c] - want_mean[c]) < 1e-5);
        assert_true(fabs((double)variance[c] - want_variance[c]) < 1e-5);
    }
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    vp_gpu_destroy(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(moves_group_after_group)};
    return cmocka_run_group_tests_name("batch_norm running statistics", tests, NULL, NULL);
}
