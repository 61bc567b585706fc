/* Winograd's form of a convolution against the reference in double: all engines, at sizes that fit no tile and are too
 * small for the form to be chosen, with several groups of images, repeated bit by bit. */
#include "gpu_for_tests.h"
#include "ops/winograd.h"
#include "vkpcl/ops/conv2d.h"
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
    {.n = 1, .h = 1, .w = 1, .c = 4, .k = 4, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 1},
    {.n = 3, .h = 2, .w = 2, .c = 8, .k = 12, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 0.1},
    {.n = 2, .h = 7, .w = 5, .c = 36, .k = 28, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 0.1},
    {.n = 5, .h = 4, .w = 13, .c = 32, .k = 68, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 1},
    {.n = 1, .h = 31, .w = 33, .c = 20, .k = 4, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 0},
    {.n = 2, .h = 6, .w = 9, .c = 132, .k = 32, .r = 3, .s = 3, .stride = 1, .pad = 0, .slope = 0.1},
    {.n = 3, .h = 5, .w = 6, .c = 4, .k = 32, .r = 3, .s = 3, .stride = 1, .pad = 2, .slope = 1},
    {.n = 21, .h = 61, .w = 62, .c = 8, .k = 36, .r = 3, .s = 3, .stride = 1, .pad = 1, .slope = 1}, /* three groups */
};
enum { SHAPES = sizeof shapes / sizeof shapes[0], X = 0, W, B, DY, INPUTS, Y = INPUTS, DX, DW, ALL };
static const char *const names[ALL] = {"x", "w", "b", "dy", "y", "dx", "dw"};

struct example {
    const struct vp_conv2d_shape *z;
    int64_t p, q, count[ALL];
    float *value[INPUTS], *before[ALL]; /* before: what outputs hold where they are added to */
    double *want[ALL];
};

static void *new_array(int64_t count, size_t size) {
    void *memory = calloc((size_t)count, size);
    assert_non_null(memory);
    return memory;
}

static struct example example_create(const struct vp_conv2d_shape *z) {
    struct example e = {.z = z, .p = z->h + 2 * z->pad - 2, .q = z->w + 2 * z->pad - 2};
    e.count[X] = e.count[DX] = (int64_t)z->n * z->h * z->w * z->c;
    e.count[W] = e.count[DW] = (int64_t)z->k * 9 * z->c;
    e.count[Y] = e.count[DY] = z->n * e.p * e.q * z->k;
    e.count[B] = z->k;
    double *wide[INPUTS];
    for (int i = 0; i < ALL; i++) {
        float *drawn = new_array(e.count[i], sizeof *drawn);
        for (int64_t j = 0; j < e.count[i]; j++)
            drawn[j] = 2 * vp_rng_uniform(7, vp_rng_stream(VP_RNG_TEST, (uint32_t)i), (uint64_t)j) - 1;
        if (i >= INPUTS) {
            e.before[i] = drawn;
            e.want[i] = new_array(e.count[i], sizeof(double));
            continue;
        }
        e.value[i] = drawn;
        wide[i] = new_array(e.count[i], sizeof(double));
        for (int64_t j = 0; j < e.count[i]; j++) wide[i][j] = (double)drawn[j];
    }
    vp_conv2d_ref(z, wide[X], wide[W], wide[B], e.want[Y]);
    struct vp_conv2d_shape linear = *z; /* the passes themselves know no activation in their gradients */
    linear.slope = 1;
    vp_conv2d_backward_ref(&linear, wide[X], wide[W], e.want[Y], wide[DY], e.want[DX], e.want[DW], NULL);
    for (int i = 0; i < INPUTS; i++) free(wide[i]);
    return e;
}

static void example_destroy(struct example *e) {
    for (int i = 0; i < INPUTS; i++) free(e->value[i]);
    for (int i = INPUTS; i < ALL; i++) free(e->before[i]), free(e->want[i]);
}

/* y = act(conv(x, w) + b), or dx = the same of dy with the filter turned round. */
static void emit(struct vp_tape *tape, const struct example *e, struct vp_tensor *const *t, int what, bool accumulate) {
    const struct vp_conv2d_shape *z = e->z;
    if (what == DW) {
        vp_emit_winograd_gradient(tape, &(struct vp_filter_lanes){.n = z->n,
                                                                  .h = z->h,
                                                                  .w = z->w,
                                                                  .c = z->c,
                                                                  .k = z->k,
                                                                  .r = 3,
                                                                  .s = 3,
                                                                  .p = e->p,
                                                                  .q = e->q,
                                                                  .stride = 1,
                                                                  .pad = z->pad,
                                                                  .accumulate = accumulate,
                                                                  .dy = vp_value(t[DY]),
                                                                  .x = vp_value(t[X]),
                                                                  .dw = vp_value(t[DW]),
                                                                  .flops = 1,
                                                                  .label = "dw"});
        return;
    }
    struct vp_convolution conv = {.n = z->n,
                                  .h = z->h,
                                  .w = z->w,
                                  .c = z->c,
                                  .k = z->k,
                                  .r = 3,
                                  .s = 3,
                                  .p = e->p,
                                  .q = e->q,
                                  .stride = 1,
                                  .pad_h = z->pad,
                                  .pad_w = z->pad,
                                  .y_h = e->p,
                                  .y_w = e->q,
                                  .y_step = 1,
                                  .k_stride = 9 * z->c,
                                  .c_stride = 1,
                                  .r_stride = 3 * z->c,
                                  .s_stride = z->c,
                                  .accumulate = accumulate,
                                  .slope = (float)z->slope,
                                  .x = vp_value(t[X]),
                                  .filter = vp_value(t[W]),
                                  .bias = vp_value(t[B]),
                                  .y = vp_value(t[Y]),
                                  .flops = 1,
                                  .label = names[what]};
    if (what == DX) {
        conv.h = e->p, conv.w = e->q, conv.c = z->k, conv.k = z->c, conv.p = conv.y_h = z->h, conv.q = conv.y_w = z->w;
        conv.pad_h = conv.pad_w = 2 - z->pad;
        conv.base = 8 * z->c, conv.k_stride = 1, conv.c_stride = 9 * z->c;
        conv.r_stride = -3 * z->c, conv.s_stride = -z->c;
        conv.slope = 1, conv.bias.slot = NULL;
        conv.x = vp_value(t[DY]), conv.y = vp_value(t[DX]);
    }
    vp_emit_winograd(tape, &conv);
}

/* One pass on the device, twice: the same bits, and the reference's values. */
static void check(struct vp_gpu *gpu, const struct example *e, int what, bool accumulate, const char *mask) {
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, names[what]);
    struct vp_tensor *t[ALL];
    for (int i = 0; i < ALL; i++) t[i] = vp_tape_input(tape, names[i], vp_shape2(1, e->count[i]), VP_F32, false);
    emit(tape, e, t, what, accumulate);
    vp_tape_guard(tape);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    int64_t count = e->count[what];
    float *got[2];
    for (int run = 0; run < 2; run++) {
        must(vp_tape_poison(tape, &err), &err);
        for (int i = 0; i < INPUTS; i++) must(vp_tensor_upload(tape, t[i], e->value[i], &err), &err);
        if (accumulate) must(vp_tensor_upload(tape, t[what], e->before[what], &err), &err);
        must(vp_tape_run(tape, &err), &err);
        got[run] = new_array(count, sizeof(float));
        must(vp_tensor_download(tape, t[what], got[run], &err), &err);
        int damaged;
        must(vp_tape_check_guards(tape, &damaged, &err), &err);
        assert_int_equal(damaged, 0);
    }
    double largest = 0, error = 0;
    for (int64_t i = 0; i < count; i++) {
        double want = e->want[what][i] + (accumulate ? (double)e->before[what][i] : 0.0);
        largest = fmax(largest, fabs(e->want[what][i]));
        double off = fabs((double)got[0][i] - want);
        error = isnan(off) ? INFINITY : fmax(error, off);
    }
    if (!(error <= (what == DW ? 1e-5 : 5e-6) * largest)) /* what op_check allows, and half of it */
        fail_msg("%s [disabled: %s] n%d %dx%d c%d k%d pad %d, accumulate %d: error %.3g, largest value %.3g",
                 names[what], mask, e->z->n, e->z->h, e->z->w, e->z->c, e->z->k, e->z->pad, accumulate, error, largest);
    if (memcmp(got[0], got[1], (size_t)count * sizeof(float)) != 0)
        fail_msg("%s [disabled: %s]: a second run gave other bits", names[what], mask);
    free(got[0]), free(got[1]);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
}

static void all_engines_give_the_reference(void **state) {
    (void)state;
    /* Products across lanes, within quads where a subgroup is four; plain ones; the tile engine's. */
    static const char *const masks[] = {"", "texel", "lanes"};
    for (int i = 0; i < SHAPES; i++) {
        struct example e = example_create(&shapes[i]);
        for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++) {
            struct vp_gpu *gpu = gpu_for_tests(masks[m]);
            for (int what = Y; what < ALL; what++) {
                check(gpu, &e, what, false, masks[m]);
                if (what != Y) check(gpu, &e, what, true, masks[m]); /* a forward pass never adds to what is there */
            }
            assert_int_equal(vp_gpu_validation_messages(gpu), 0);
            vp_gpu_destroy(gpu);
        }
        example_destroy(&e);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_engines_give_the_reference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
