/* Every row of the conv2d tables that the device can run, forced through the tuning store, against the double
 * reference: also rows that would not be the default at these sizes. */
#include "gpu_for_tests.h"
#include "ops/conv2d_internal.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct vp_conv2d_shape shapes[] = {
    {.n = 1, .h = 1, .w = 1, .c = 4, .k = 4, .r = 1, .s = 1, .stride = 1, .pad = 0},
    {.n = 2, .h = 7, .w = 5, .c = 8, .k = 12, .r = 3, .s = 3, .stride = 1, .pad = 1},
    {.n = 3, .h = 9, .w = 8, .c = 20, .k = 68, .r = 3, .s = 3, .stride = 2, .pad = 1},
    {.n = 1, .h = 13, .w = 13, .c = 132, .k = 36, .r = 1, .s = 1, .stride = 1, .pad = 0},
    {.n = 2, .h = 11, .w = 12, .c = 4, .k = 64, .r = 7, .s = 7, .stride = 2, .pad = 3},
    {.n = 1, .h = 12, .w = 11, .c = 128, .k = 140, .r = 3, .s = 3, .stride = 1, .pad = 1},
    {.n = 2, .h = 2, .w = 3, .c = 16, .k = 16, .r = 3, .s = 3, .stride = 2, .pad = 1},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

enum pass { FWD, DATA, FILTER, PASSES };
static const char *const pass_names[PASSES] = {"fwd", "bwd data", "bwd filter"};
static const char *const rows[PASSES][VP_TUNE_CANDIDATES] = {
    {"conv2d_lanes.x4y4buffer", "conv2d_fwd_tile.t64", "conv2d_fwd_tile.t128", "conv2d_fwd"},
    {"conv2d_lanes.x4y4buffer", "conv2d_bwd_data_tile.t64", "conv2d_bwd_data_tile.t128", "conv2d_bwd_data"},
    {"conv2d_bwd_filter_plain", "conv2d_bwd_filter_tile.t64", "conv2d_bwd_filter_tile.t128", "conv2d_bwd_filter"},
};

/* Host numbers of one shape: inputs as they go up, and what the reference makes of them. */
struct numbers {
    int64_t x_count, w_count, y_count;
    float *x, *w, *b, *dy;
    double *y, *dx, *dw;
};

static float *draw(int64_t count, uint32_t stream) {
    float *values = malloc((size_t)count * sizeof *values);
    for (int64_t i = 0; i < count; i++)
        values[i] = 2 * vp_rng_uniform(5, vp_rng_stream(VP_RNG_TEST, stream), (uint64_t)i) - 1;
    return values;
}

static double *widen(const float *from, int64_t count) {
    double *values = calloc((size_t)count, sizeof *values);
    for (int64_t i = 0; from && i < count; i++) values[i] = (double)from[i];
    return values;
}

static struct numbers reference(const struct vp_conv2d_shape *z) {
    int64_t p = (z->h + 2 * z->pad - z->r) / z->stride + 1, q = (z->w + 2 * z->pad - z->s) / z->stride + 1;
    struct numbers v = {.x_count = (int64_t)z->n * z->h * z->w * z->c,
                        .w_count = (int64_t)z->k * z->r * z->s * z->c,
                        .y_count = z->n * p * q * z->k};
    v.x = draw(v.x_count, 1), v.w = draw(v.w_count, 2), v.b = draw(z->k, 3), v.dy = draw(v.y_count, 4);
    double *x = widen(v.x, v.x_count), *w = widen(v.w, v.w_count), *b = widen(v.b, z->k), *dy = widen(v.dy, v.y_count);
    v.y = widen(NULL, v.y_count), v.dx = widen(NULL, v.x_count), v.dw = widen(NULL, v.w_count);
    struct vp_conv2d_shape plain = *z;
    plain.slope = 1;
    vp_conv2d_ref(&plain, x, w, b, v.y);
    vp_conv2d_backward_ref(&plain, x, w, v.y, dy, v.dx, v.dw, NULL);
    for (int64_t i = 0; i < v.y_count; i++) v.y[i] = v.y[i] > 0 ? v.y[i] : 0.1 * v.y[i];
    free(x), free(w), free(b), free(dy);
    return v;
}

static void numbers_free(struct numbers *v) {
    free(v->x), free(v->w), free(v->b), free(v->dy), free(v->y), free(v->dx), free(v->dw);
}

static void compare(const float *got, const double *want, int64_t count, double depth, const char *row, int shape) {
    for (int64_t i = 0; i < count; i++)
        if (!(fabs((double)got[i] - want[i]) <= 2e-6 * depth))
            fail_msg("shape %d, %s: element %lld is %.7g, reference %.7g", shape, row, (long long)i, (double)got[i],
                     want[i]);
}

/* One pass alone, by the row that the store names; twice, and the bits must agree. */
static void run(struct vp_gpu *gpu, const struct conv2d *conv, enum pass pass, const struct numbers *v, float *result) {
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, "rows");
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape4(conv->n, conv->h, conv->w, conv->c), VP_F32, false);
    struct vp_tensor *w = vp_tape_input(tape, "w", vp_shape4(conv->k, conv->r, conv->s, conv->c), VP_F32, false);
    struct vp_tensor *b = vp_tape_input(tape, "b", vp_shape1(conv->k), VP_F32, false);
    struct vp_tensor *y = vp_tape_input(tape, "y", vp_shape4(conv->n, conv->p, conv->q, conv->k), VP_F32, false);
    struct vp_bind bx = vp_value(x), bw = vp_value(w), by = vp_value(y);
    vp_tape_guard(tape);
    if (pass == FWD) vp_conv2d_emit_fwd(tape, conv, (struct vp_bind[]){bx, bw, vp_value(b), by});
    if (pass == DATA) vp_conv2d_emit_bwd_data(tape, conv, (struct vp_bind[]){by, bw, bx}, false);
    if (pass == FILTER) vp_conv2d_emit_bwd_filter(tape, conv, (struct vp_bind[]){by, bx, bw}, false);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    must(vp_tape_poison(tape, &err), &err);
    if (pass != DATA) must(vp_tensor_upload(tape, x, v->x, &err), &err);
    if (pass != FILTER) must(vp_tensor_upload(tape, w, v->w, &err), &err);
    if (pass != FWD) must(vp_tensor_upload(tape, y, v->dy, &err), &err);
    must(vp_tensor_upload(tape, b, v->b, &err), &err);
    struct vp_tensor *out = pass == FWD ? y : pass == DATA ? x : w;
    size_t bytes = (size_t)vp_shape_count(out->shape) * sizeof(float);
    float *again = malloc(bytes);
    must(vp_tape_run(tape, &err), &err);
    must(vp_tensor_download(tape, out, result, &err), &err);
    must(vp_tape_run(tape, &err), &err);
    must(vp_tensor_download(tape, out, again, &err), &err);
    assert_memory_equal(result, again, bytes);
    int damaged;
    must(vp_tape_check_guards(tape, &damaged, &err), &err);
    assert_int_equal(damaged, 0);
    free(again);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
}

static void check_row(struct vp_gpu *gpu, int shape, enum pass pass, const char *row, const struct numbers *v) {
    const struct vp_conv2d_shape *z = &shapes[shape];
    struct conv2d conv = {.n = z->n,
                          .h = z->h,
                          .w = z->w,
                          .c = z->c,
                          .k = z->k,
                          .r = z->r,
                          .s = z->s,
                          .p = (z->h + 2 * z->pad - z->r) / z->stride + 1,
                          .q = (z->w + 2 * z->pad - z->s) / z->stride + 1,
                          .desc = {z->stride, z->pad, pass == FWD ? 0.1f : 1.0f}};
    char key[VP_TUNE_KEY];
    snprintf(key, sizeof key, "conv2d %s n%lld h%lld w%lld c%lld k%lld r%lld s%lld stride%d pad%d", pass_names[pass],
             (long long)conv.n, (long long)conv.h, (long long)conv.w, (long long)conv.c, (long long)conv.k,
             (long long)conv.r, (long long)conv.s, z->stride, z->pad);
    vp_gpu_tune_set(gpu, key, row, 1);
    int64_t count = pass == FWD ? v->y_count : pass == DATA ? v->x_count : v->w_count;
    float *result = malloc((size_t)count * sizeof *result);
    run(gpu, &conv, pass, v, result);
    double depth = pass == FWD    ? z->r * z->s * z->c
                   : pass == DATA ? z->r * z->s * z->k
                                  : (double)(z->n * conv.p * conv.q);
    compare(result, pass == FWD ? v->y : pass == DATA ? v->dx : v->dw, count, sqrt(depth) + 1, row, shape);
    free(result);
}

static void every_row_computes_the_same(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_gpu *gpu = vp_gpu_create(&(struct vp_gpu_options){.cache_folder = ""}, &err);
    if (!gpu) fail_msg("%s", err.message);
    for (int shape = 0; shape < SHAPES; shape++) {
        struct numbers v = reference(&shapes[shape]);
        for (enum pass pass = 0; pass < PASSES; pass++)
            for (int row = 0; rows[pass][row]; row++)
                if (vp_gpu_has_kernel(gpu, rows[pass][row])) check_row(gpu, shape, pass, rows[pass][row], &v);
        numbers_free(&v);
    }
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_computes_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
