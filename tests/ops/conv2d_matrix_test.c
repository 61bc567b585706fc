/* Convolutions on cooperative matrices. The inputs are numbers that half holds exactly, so the products are exact and
 * what comes out must be the float result, to the rounding of its sums. Skipped where the device or the build has none.
 */
#include "gpu_for_tests.h"
#include "ops/conv2d_internal.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct vp_conv2d_shape shapes[] = {
    {.n = 1, .h = 1, .w = 1, .c = 4, .k = 4, .r = 1, .s = 1, .stride = 1, .pad = 0, .slope = 1},
    {.n = 2, .h = 7, .w = 5, .c = 8, .k = 12, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 1},
    {.n = 3, .h = 9, .w = 8, .c = 20, .k = 68, .r = 3, .s = 3, .stride = 2, .pad = 1, .slope = 1},
    {.n = 1, .h = 13, .w = 13, .c = 132, .k = 36, .r = 1, .s = 1, .stride = 1, .pad = 0, .slope = 1},
    {.n = 2, .h = 11, .w = 12, .c = 4, .k = 64, .r = 7, .s = 7, .stride = 2, .pad = 3, .slope = 1},
    {.n = 64, .h = 16, .w = 17, .c = 128, .k = 132, .r = 1, .s = 1, .stride = 1, .pad = 0, .slope = 1}, /* widest tiles
                                                                                                         */
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* Multiples of 1/64 in [-1, 1). */
static float *draw(int64_t count, uint32_t stream) {
    float *values = malloc((size_t)count * sizeof *values);
    for (int64_t i = 0; i < count; i++)
        values[i] = floorf(128 * vp_rng_uniform(5, vp_rng_stream(VP_RNG_TEST, stream), (uint64_t)i)) / 64 - 1;
    return values;
}

struct result {
    float *y, *dx, *dw;
    uint64_t signature;
};

/* Forward and both backwards of one convolution. */
static struct result run(struct vp_gpu *gpu, const struct vp_conv2d_shape *z, bool half) {
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, "conv");
    vp_tape_set_half(tape, half);
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape4(z->n, z->h, z->w, z->c), VP_F32, true);
    struct vp_tensor *w = vp_tape_input(tape, "w", vp_shape4(z->k, z->r, z->s, z->c), VP_F32, true);
    struct vp_tensor *y = vp_conv2d(tape, x, w, NULL, &(struct vp_conv2d_desc){z->stride, z->pad, (float)z->slope});
    int64_t counts[3] = {vp_shape_count(y->shape), vp_shape_count(x->shape), vp_shape_count(w->shape)};
    struct vp_range seed;
    must(vp_gpu_alloc(gpu, 4 * (uint64_t)counts[0], "dy", &seed, &err), &err);
    vp_tape_keep(tape, y);
    vp_tape_seed(tape, y, &seed);
    vp_tape_keep_grad(tape, x);
    vp_tape_keep_grad(tape, w);
    vp_tape_backward(tape);
    vp_tape_guard(tape);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    must(vp_tape_poison(tape, &err), &err);
    struct result result = {.signature = vp_tape_signature(tape)};
    float *inputs[3] = {draw(counts[0], 1), draw(counts[1], 2), draw(counts[2], 3)};
    must(vp_gpu_upload(gpu, seed, inputs[0], &err), &err);
    must(vp_tensor_upload(tape, x, inputs[1], &err), &err);
    must(vp_tensor_upload(tape, w, inputs[2], &err), &err);
    must(vp_tape_run(tape, &err), &err);
    float **const outputs[3] = {&result.y, &result.dx, &result.dw};
    for (int i = 0; i < 3; i++) {
        *outputs[i] = malloc((size_t)counts[i] * sizeof(float));
        free(inputs[i]);
    }
    must(vp_tensor_download(tape, y, result.y, &err), &err);
    must(vp_tensor_grad_download(tape, x, result.dx, &err), &err);
    must(vp_tensor_grad_download(tape, w, result.dw, &err), &err);
    int damaged;
    must(vp_tape_check_guards(tape, &damaged, &err), &err);
    assert_int_equal(damaged, 0);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    vp_gpu_free(gpu, seed);
    return result;
}

static void result_free(struct result *result) {
    free(result->y), free(result->dx), free(result->dw);
}

static void compare(const float *got, const float *want, int64_t count, const char *name, int shape) {
    double largest = 0;
    for (int64_t i = 0; i < count; i++) largest = fmax(largest, fabs((double)want[i]));
    for (int64_t i = 0; i < count; i++)
        if (!(fabs((double)got[i] - (double)want[i]) <= 3e-6 * largest))
            fail_msg("shape %d, %s: element %lld is %.7g, in float %.7g", shape, name, (long long)i, (double)got[i],
                     (double)want[i]);
}

static void matrices_give_the_float_result(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_gpu *gpu = vp_gpu_create(&(struct vp_gpu_options){.untuned = true, .disable = "lanes"}, &err);
    if (!gpu) fail_msg("%s", err.message);
    if (!vp_gpu_has_kernel(gpu, "conv2d_tile.mc64x64")) {
        vp_gpu_destroy(gpu);
        skip();
    }
    for (int i = 0; i < SHAPES; i++) {
        const struct vp_conv2d_shape *z = &shapes[i];
        struct result plain = run(gpu, z, false), half = run(gpu, z, true), again = run(gpu, z, true);
        int64_t p = (z->h + 2 * z->pad - z->r) / z->stride + 1, q = (z->w + 2 * z->pad - z->s) / z->stride + 1;
        int64_t y_count = z->n * p * q * z->k, dw_count = (int64_t)z->k * z->r * z->s * z->c;
        int64_t dx_count = (int64_t)z->n * z->h * z->w * z->c;
        assert_true(plain.signature != half.signature); /* other kernels did it */
        compare(half.y, plain.y, y_count, "y", i);
        compare(half.dx, plain.dx, dx_count, "dx", i);
        compare(half.dw, plain.dw, dw_count, "dw", i);
        assert_memory_equal(half.y, again.y, (size_t)y_count * sizeof(float));
        assert_memory_equal(half.dx, again.dx, (size_t)dx_count * sizeof(float));
        assert_memory_equal(half.dw, again.dw, (size_t)dw_count * sizeof(float));
        result_free(&plain);
        result_free(&half);
        result_free(&again);
    }
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(matrices_give_the_float_result)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
