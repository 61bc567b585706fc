/* The tape: places that never clash, gradients through parts of rows, and work cut into pieces. */
#include "gpu_for_tests.h"
#include "tape/tape_internal.h"
#include "tape_run.h"
#include "vkpcl/ops/add.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/ops/mul_add.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- planning ------------------------------------------------------------------------------------------------- */

static bool clash(const struct vp_slot *a, const struct vp_slot *b) {
    bool together = a->first <= b->last && b->first <= a->last;
    return together && a->bin == b->bin && a->place < b->place + b->bytes && b->place < a->place + a->bytes;
}

/* A residual network of odd sizes: many lives of many lengths. */
static struct vp_tensor *build_network(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *w) {
    struct vp_tensor *y = x;
    for (int i = 0; i < 6; i++) {
        struct vp_tensor *z = vp_conv2d(tape, y, w, NULL, &(struct vp_conv2d_desc){1, 1, 0.1f});
        y = vp_add(tape, z, i % 2 ? x : y, 0.1f);
    }
    return y;
}

static void test_places_never_clash(void **state) {
    (void)state;
    struct vp_tape *tape = vp_tape_create(NULL, "plan");
    struct vp_range nowhere = {0};
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape4(3, 7, 5, 11), VP_F32, true);
    struct vp_tensor *w = vp_tape_input(tape, "w", vp_shape4(11, 3, 3, 11), VP_F32, true);
    struct vp_tensor *y = build_network(tape, x, w);
    vp_tape_seed(tape, y, &nowhere);
    vp_tape_backward(tape);
    struct vp_plan plan;
    vp_tape_plan(tape, &plan);
    uint64_t sum = 0;
    int compared = 0;
    for (const struct vp_slot *a = tape->slots; a; a = a->next) {
        if (a->parent || a->kind != VP_SLOT_TRANSIENT || a->first < 0) continue;
        sum += a->bytes;
        assert_int_equal(a->place % tape->caps.binding_alignment, 0);
        for (const struct vp_slot *b = a->next; b; b = b->next) {
            if (b->parent || b->kind != VP_SLOT_TRANSIENT || b->first < 0) continue;
            compared++;
            if (clash(a, b)) fail_msg("%s and %s share bytes while both are alive", a->name, b->name);
        }
    }
    assert_true(compared > 100);
    assert_true(plan.transient_bytes < sum); /* memory is shared over time */
    vp_tape_destroy(tape);
}

/* ---- rows in parts -------------------------------------------------------------------------------------------- */

enum { ROWS = 7 };

static float value_at(int which, int i) {
    return vp_rng_uniform(7, vp_rng_stream(VP_RNG_TEST, (uint32_t)which), (uint64_t)i);
}

/* x (7, columns) split in 2 + 4 + 1; the first part is used once, the second twice, the third not at all. */
static void check_split(int columns) {
    struct tape_run run;
    tape_run_init(&run, "split");
    struct vp_error err = {0};
    struct vp_tensor *x = vp_tape_input(run.tape, "x", vp_shape2(ROWS, columns), VP_F32, true), *part[3];
    vp_split_rows(run.tape, x, 3, (const int64_t[]){2, 4, 1}, part);
    struct vp_tensor *first = vp_mul_add(run.tape, part[0], part[0], 2.0f);  /* 3 x */
    struct vp_tensor *second = vp_mul_add(run.tape, part[1], part[1], 4.0f); /* 5 x */
    struct vp_range seed[2];
    struct vp_tensor *out[2] = {first, second};
    float *ones = calloc((size_t)(ROWS * columns), sizeof *ones), *got = calloc((size_t)(ROWS * columns), sizeof *got);
    float *data = calloc((size_t)(ROWS * columns), sizeof *data);
    assert_true(ones && got && data);
    for (int i = 0; i < ROWS * columns; i++) {
        ones[i] = 1;
        data[i] = value_at(1, i);
    }
    for (int i = 0; i < 2; i++) {
        vp_tape_keep(run.tape, out[i]);
        must(vp_gpu_alloc(run.gpu, 4 * (uint64_t)vp_shape_count(out[i]->shape), "seed", &seed[i], &err), &err);
        must(vp_gpu_upload(run.gpu, seed[i], ones, &err), &err);
        vp_tape_seed(run.tape, out[i], &seed[i]);
    }
    vp_tape_backward(run.tape);
    vp_tape_keep_grad(run.tape, x);
    tape_run_bind(&run);
    tape_run_put(&run, x, data);
    tape_run_go(&run);
    tape_run_get(&run, second, got);
    for (int i = 0; i < 4 * columns; i++) assert_true(fabsf(got[i] - 5 * data[2 * columns + i]) < 1e-5f);
    must(vp_tensor_grad_download(run.tape, x, got, &err), &err);
    for (int i = 0; i < ROWS * columns; i++) {
        float want = i < 2 * columns ? 3.0f : i < 6 * columns ? 5.0f : 0.0f;
        if (got[i] != want)
            fail_msg("columns %d: gradient[%d] is %g, %g expected", columns, i, (double)got[i], (double)want);
    }
    for (int i = 0; i < 2; i++) vp_gpu_free(run.gpu, seed[i]);
    free(ones);
    free(got);
    free(data);
    tape_run_fini(&run);
}

static void test_split_as_views(void **state) {
    (void)state;
    check_split(64);
}

static void test_split_as_copies(void **state) {
    (void)state;
    check_split(1);
    check_split(5);
}

/* ---- gradients that take over memory --------------------------------------------------------------------------- */

/* z = 2 lrelu(2x + 4x): one of the two terms has its gradient where that of the sum was, and both count. */
static void test_gradient_takes_over(void **state) {
    (void)state;
    enum { COUNT = 131 };
    struct tape_run run;
    struct vp_error err = {0};
    struct vp_range seed;
    float data[COUNT], got[COUNT];
    tape_run_init(&run, "take");
    struct vp_tensor *x = vp_tape_input(run.tape, "x", vp_shape1(COUNT), VP_F32, true);
    struct vp_tensor *a = vp_mul_add(run.tape, x, x, 1.0f), *b = vp_mul_add(run.tape, x, x, 3.0f);
    struct vp_tensor *y = vp_add(run.tape, a, b, 0.5f), *z = vp_mul_add(run.tape, y, y, 1.0f);
    for (int i = 0; i < COUNT; i++) data[i] = 1;
    must(vp_gpu_alloc(run.gpu, sizeof data, "seed", &seed, &err), &err);
    must(vp_gpu_upload(run.gpu, seed, data, &err), &err);
    vp_tape_seed(run.tape, z, &seed);
    vp_tape_backward(run.tape);
    vp_tape_keep_grad(run.tape, x);
    assert_ptr_equal(b->storage->grad, y->storage->grad);
    assert_ptr_not_equal(a->storage->grad, y->storage->grad);
    tape_run_bind(&run);
    for (int i = 0; i < COUNT; i++) data[i] = value_at(3, i) - 0.5f;
    tape_run_put(&run, x, data);
    tape_run_go(&run);
    must(vp_tensor_grad_download(run.tape, x, got, &err), &err);
    for (int i = 0; i < COUNT; i++) assert_true(got[i] == (data[i] > 0 ? 12.0f : 6.0f));
    vp_gpu_free(run.gpu, seed);
    tape_run_fini(&run);
}

/* ---- pieces --------------------------------------------------------------------------------------------------- */

enum { IMAGES = 45, EDGE = 8, CHANNELS = 8, PIXELS = EDGE * EDGE * CHANNELS, WEIGHTS = CHANNELS * 9 * CHANNELS };

/* One convolution, forward and backward, with these limits; y, dx and dw. Returns the number of launches. */
static int run_limited(uint64_t binding_bytes, uint32_t groups, float *y, float *dx, float *dw) {
    struct tape_run run;
    tape_run_init(&run, "pieces");
    struct vp_error err = {0};
    struct vp_gpu_caps *caps = (struct vp_gpu_caps *)(uintptr_t)vp_tape_caps(run.tape); /* the tape's own copy */
    if (binding_bytes) caps->max_binding_bytes = binding_bytes;
    if (groups) caps->max_groups[0] = groups;
    struct vp_tensor *x = vp_tape_input(run.tape, "x", vp_shape4(IMAGES, EDGE, EDGE, CHANNELS), VP_F32, true);
    struct vp_tensor *w = vp_tape_input(run.tape, "w", vp_shape4(CHANNELS, 3, 3, CHANNELS), VP_F32, true);
    struct vp_tensor *out = vp_conv2d(run.tape, x, w, NULL, &(struct vp_conv2d_desc){1, 1, 0.1f});
    struct vp_range seed;
    float *data = calloc(IMAGES * PIXELS, sizeof *data);
    assert_non_null(data);
    must(vp_gpu_alloc(run.gpu, 4 * IMAGES * PIXELS, "seed", &seed, &err), &err);
    vp_tape_seed(run.tape, out, &seed);
    vp_tape_backward(run.tape);
    vp_tape_keep(run.tape, out);
    vp_tape_keep_grad(run.tape, x);
    vp_tape_keep_grad(run.tape, w);
    tape_run_bind(&run);
    struct vp_tensor *inputs[2] = {x, w};
    for (int which = 0; which < 3; which++) {
        for (int i = 0; i < IMAGES * PIXELS; i++) data[i] = value_at(which, i) - 0.5f;
        if (which < 2)
            tape_run_put(&run, inputs[which], data);
        else
            must(vp_gpu_upload(run.gpu, seed, data, &err), &err);
    }
    tape_run_go(&run);
    tape_run_get(&run, out, y);
    must(vp_tensor_grad_download(run.tape, x, dx, &err), &err);
    must(vp_tensor_grad_download(run.tape, w, dw, &err), &err);
    int launches = run.tape->command_count;
    vp_gpu_free(run.gpu, seed);
    free(data);
    tape_run_fini(&run);
    return launches;
}

static void assert_close(const float *a, const float *b, int count, const char *what) {
    for (int i = 0; i < count; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-4f * (1 + fabsf(b[i]))))
            fail_msg("%s[%d] is %g in pieces, %g in one", what, i, (double)a[i], (double)b[i]);
}

static void test_pieces_agree(void **state) {
    (void)state;
    float *whole[3], *pieces[3];
    const int counts[3] = {IMAGES * PIXELS, IMAGES * PIXELS, WEIGHTS};
    for (int i = 0; i < 3; i++) {
        whole[i] = calloc((size_t)counts[i], sizeof **whole);
        pieces[i] = calloc((size_t)counts[i], sizeof **pieces);
        assert_true(whole[i] && pieces[i]);
    }
    int launches = run_limited(0, 0, whole[0], whole[1], whole[2]);
    const struct {
        uint64_t bytes;
        uint32_t groups;
    } limits[] = {{4 * 4 * PIXELS, 0}, {0, 10}};
    for (int l = 0; l < 2; l++) {
        int more = run_limited(limits[l].bytes, limits[l].groups, pieces[0], pieces[1], pieces[2]);
        assert_true(more > launches);
        assert_close(pieces[0], whole[0], counts[0], "y");
        assert_close(pieces[1], whole[1], counts[1], "dx");
        assert_close(pieces[2], whole[2], counts[2], "dw");
    }
    for (int i = 0; i < 3; i++) {
        free(whole[i]);
        free(pieces[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_never_clash), cmocka_unit_test(test_split_as_views),
        cmocka_unit_test(test_split_as_copies),    cmocka_unit_test(test_gradient_takes_over),
        cmocka_unit_test(test_pieces_agree),
    };
    return cmocka_run_group_tests_name("tape", tests, NULL, NULL);
}
