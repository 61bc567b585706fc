/* Programs: order, barriers, replay, cutting into submissions, the profile. */
#include "gpu_fixture.h"

#include "gpu/program.h"

enum { N = 1000 };

static void chain_gives_exact_result(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range a = alloc(gpu, N * 4), b = alloc(gpu, N * 4);
    float host[N];
    for (int i = 0; i < N; i++) host[i] = (float)(i % 7);
    CHECK_OK(vp_gpu_upload(gpu, a, host, &err));
    CHECK_OK(vp_gpu_fill(gpu, b, 0, &err));
    /* b += a ; a += b ; ... a Fibonacci chain per element, exact in float for this length */
    const struct axpy_push push = {N, 1.0f};
    struct vp_dispatch d[20];
    for (int i = 0; i < 20; i++) d[i] = i % 2 ? axpy(b, a, &push, 0) : axpy(a, b, &push, 0);
    struct vp_program *program = vp_program_create(gpu, "chain", d, 20, &err);
    assert_non_null(program);
    assert_int_equal(vp_program_barriers(program), 19);
    CHECK_OK(vp_program_submit(program, &err));
    CHECK_OK(vp_gpu_download(gpu, a, host, &err));
    for (int i = 0; i < N; i++) assert_true(host[i] == 10946.0f * (float)(i % 7));
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void independent_steps_are_not_serialised(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    uint64_t stride = 4096; /* a multiple of every alignment */
    struct vp_range x = alloc(gpu, N * 4), ys = alloc(gpu, 8 * stride);
    float zero[N] = {0}, one[N];
    for (int i = 0; i < N; i++) one[i] = 1;
    CHECK_OK(vp_gpu_upload(gpu, x, one, &err));
    CHECK_OK(vp_gpu_fill(gpu, ys, 0, &err));
    struct axpy_push push[8];
    struct vp_dispatch d[9];
    for (int i = 0; i < 8; i++) {
        push[i] = (struct axpy_push){N, (float)i};
        d[i] = axpy(x, part(ys, (uint64_t)i * stride, N * 4), &push[i], 0.5f);
    }
    d[8] =
        axpy(part(ys, 3 * stride, N * 4), part(ys, 7 * stride, N * 4), &push[1], 0); /* reads and writes two of them */
    struct vp_program *program = vp_program_create(gpu, "independent", d, 9, &err);
    assert_non_null(program);
    assert_int_equal(vp_program_barriers(program), 1);
    CHECK_OK(vp_program_submit(program, &err));
    for (int i = 0; i < 8; i++) {
        CHECK_OK(vp_gpu_download(gpu, part(ys, (uint64_t)i * stride, N * 4), zero, &err));
        float expected = i == 7 ? 7.5f + 3.5f : (float)i + 0.5f;
        for (int k = 0; k < N; k++) assert_true(zero[k] == expected);
    }
    vp_program_destroy(program);
    close_gpu(gpu);
}

static struct vp_access access_of(uint32_t block, uint64_t begin, uint64_t end, bool read, bool write) {
    return (struct vp_access){.block = block, .read = read, .write = write, .begin = begin, .end = end};
}

static void hazards_are_raw_war_and_waw_on_common_bytes(void **state) {
    (void)state;
    struct vp_hazards h = {0};
    struct vp_access write = access_of(1, 100, 200, false, true), read = access_of(1, 100, 200, true, false);
    struct vp_access behind = access_of(1, 200, 300, true, true), other = access_of(2, 100, 200, true, true);
    struct vp_access inside = access_of(1, 150, 151, true, false), over = access_of(1, 0, 101, false, true);
    assert_false(vp_hazards_step(&h, &write, 1));
    assert_false(vp_hazards_step(&h, &behind, 1));
    assert_false(vp_hazards_step(&h, &other, 1));
    assert_true(vp_hazards_step(&h, &inside, 1)); /* read after write */
    assert_false(vp_hazards_step(&h, &read, 1));  /* read after read */
    assert_true(vp_hazards_step(&h, &over, 1));   /* write after read */
    assert_true(vp_hazards_step(&h, &over, 1));   /* write after write */
    vp_hazards_clear(&h);
    assert_false(vp_hazards_step(&h, &over, 1));
    const struct vp_access both[2] = {inside, over}; /* within one step nothing waits */
    vp_hazards_clear(&h);
    assert_false(vp_hazards_step(&h, both, 2));
    vp_hazards_fini(&h);
}

static void replays_run_ahead_in_order(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range x = alloc(gpu, N * 4), y = alloc(gpu, N * 4);
    CHECK_OK(vp_gpu_fill(gpu, y, 0, &err));
    const struct axpy_push push = {N, 2.0f};
    struct vp_dispatch d = axpy(x, y, &push, 0);
    struct vp_program *program = vp_program_create(gpu, "replay", &d, 1, &err);
    assert_non_null(program);
    float host[N], sum = 0;
    struct vp_readback late[2];
    for (int step = 0; step < 60; step++) {
        for (int i = 0; i < N; i++) host[i] = (float)step; /* reused at once: the upload has its own copy */
        CHECK_OK(vp_gpu_upload(gpu, x, host, &err));
        CHECK_OK(vp_program_submit(program, &err));
        CHECK_OK(vp_gpu_readback_begin(gpu, part(y, 4 * (N - 1), 4), &late[step % 2], &err));
        if (step == 0) continue;
        float seen; /* of the step before */
        sum += 2.0f * (float)(step - 1);
        CHECK_OK(vp_gpu_readback_end(gpu, late[(step - 1) % 2], &seen, &err));
        assert_true(seen == sum);
    }
    CHECK_OK(vp_gpu_readback_end(gpu, late[1], host, &err));
    vp_program_destroy(program);
    close_gpu(gpu);
}

/* 60 rounds over 40 dependent dispatches; the result and the number of pieces. */
static void run_long(double submission_ms, bool profile, float result[N], int *first_pieces, int *pieces) {
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){.submission_ms = submission_ms, .profile = profile});
    struct vp_error err = {0};
    struct vp_range x = alloc(gpu, N * 4), y = alloc(gpu, N * 4);
    float host[N];
    for (int i = 0; i < N; i++) host[i] = 1.0f / (float)(i + 3);
    CHECK_OK(vp_gpu_upload(gpu, x, host, &err));
    CHECK_OK(vp_gpu_fill(gpu, y, 0, &err));
    const struct axpy_push push = {N, 0.37f}, back = {N, -0.11f};
    struct vp_dispatch d[40];
    for (int i = 0; i < 40; i++) d[i] = i % 2 ? axpy(y, x, &back, 1e-3f) : axpy(x, y, &push, 0.1f);
    struct vp_program *program = vp_program_create(gpu, "long", d, 40, &err);
    assert_non_null(program);
    *first_pieces = vp_program_submissions(program);
    for (int round = 0; round < 60; round++) CHECK_OK(vp_program_submit(program, &err));
    CHECK_OK(vp_gpu_download(gpu, y, result, &err));
    *pieces = vp_program_submissions(program);
    if (vp_gpu_caps(gpu)->timestamps) assert_true(vp_program_ms(program) > 0);
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void cutting_changes_no_bit(void **state) {
    (void)state;
    float whole[N], cut[N], profiled[N];
    int first, pieces;
    run_long(1e6, false, whole, &first, &pieces);
    assert_int_equal(first, 1);
    assert_int_equal(pieces, 1);
    run_long(1e-6, false, cut, &first, &pieces); /* nothing is this fast: every step becomes a submission */
    assert_int_equal(first, 40);
    assert_int_equal(pieces, 40);
    assert_memory_equal(whole, cut, sizeof whole);
    run_long(1e6, true, profiled, &first, &pieces);
    assert_memory_equal(whole, profiled, sizeof whole);
}

static void learnt_costs_move_the_cuts(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){.submission_ms = 60000});
    struct vp_error err = {0};
    if (!vp_gpu_caps(gpu)->timestamps) {
        close_gpu(gpu);
        skip();
    }
    struct vp_range x = alloc(gpu, N * 4), y = alloc(gpu, N * 4);
    CHECK_OK(vp_gpu_fill(gpu, x, 0, &err));
    CHECK_OK(vp_gpu_fill(gpu, y, 0, &err));
    const struct axpy_push push = {N, 1};
    struct vp_dispatch d[30];
    for (int i = 0; i < 30; i++) {
        d[i] = axpy(x, y, &push, 0);
        d[i].flops = 1e18; /* a boast: the first guess must be far too high */
    }
    struct vp_program *program = vp_program_create(gpu, "boast", d, 30, &err);
    assert_non_null(program);
    assert_int_equal(vp_program_submissions(program), 30);
    for (int i = 0; i < 6; i++) CHECK_OK(vp_program_submit(program, &err));
    assert_int_equal(vp_program_submissions(program), 1);
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void cuts_keep_the_bound(void **state) {
    (void)state;
    struct vp_step steps[7] = {{0}};
    static const double costs[7] = {40, 40, 40, 500, 1, 1, 1};
    int starts[7];
    for (int i = 0; i < 7; i++) steps[i].cost_ms = costs[i];
    assert_int_equal(vp_cut(steps, 7, 100, 100, starts), 4);
    static const int expected[4] = {0, 2, 3, 4};
    assert_memory_equal(starts, expected, sizeof expected);
    assert_int_equal(vp_cut(steps, 7, 1e9, 3, starts), 3); /* at most three steps each */
    assert_int_equal(starts[1], 3);
    assert_int_equal(vp_cut(steps, 0, 100, 100, starts), 0);
}

/* Two steps' worth of transfers while the device is busy: none of them waits, in spite of more than the ring held. */
static void transfers_do_not_wait_for_the_device(void **state) {
    (void)state;
    enum { LARGE = 1 << 20, STEPS = 60, UPLOAD = 20 << 20, RESULTS = 8 };
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range x = alloc(gpu, LARGE * 4), y = alloc(gpu, LARGE * 4), pixels = alloc(gpu, UPLOAD);
    unsigned char *data = calloc(1, UPLOAD);
    assert_non_null(data);
    const struct axpy_push push = {LARGE, 1};
    struct vp_dispatch *d = calloc(STEPS, sizeof *d);
    assert_non_null(d);
    for (int i = 0; i < STEPS; i++) d[i] = axpy(x, y, &push, 0);
    struct vp_program *program = vp_program_create(gpu, "long", d, STEPS, &err);
    assert_non_null(program);
    CHECK_OK(vp_gpu_fill(gpu, x, 0, &err));
    CHECK_OK(vp_gpu_fill(gpu, y, 0, &err));
    CHECK_OK(vp_gpu_reserve_uploads(gpu, 2 * (UPLOAD + 1024), &err));
    for (int i = 0; i < 8; i++) CHECK_OK(vp_program_submit(program, &err)); /* until it has learnt its cuts */
    uint64_t waits = vp_gpu_waits(gpu);
    struct vp_readback readbacks[2][RESULTS];
    for (int step = 0; step < 2; step++) {
        data[0] = (unsigned char)(step + 1);
        CHECK_OK(vp_gpu_upload(gpu, pixels, data, &err));
        CHECK_OK(vp_program_submit(program, &err));
        for (int i = 0; i < RESULTS; i++)
            CHECK_OK(vp_gpu_readback_begin(gpu, part(pixels, 0, 4), &readbacks[step][i], &err));
    }
    assert_int_equal(vp_gpu_waits(gpu), waits);
    for (int step = 0; step < 2; step++)
        for (int i = 0; i < RESULTS; i++) {
            unsigned char back[4];
            CHECK_OK(vp_gpu_readback_end(gpu, readbacks[step][i], back, &err));
            assert_int_equal(back[0], step + 1);
        }
    free(d);
    free(data);
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void profile_counts_calls(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){.profile = true});
    struct vp_error err = {0};
    const struct vp_profile_row *rows;
    struct vp_profile_idle idle;
    if (!vp_gpu_caps(gpu)->timestamps) {
        assert_int_equal(vp_gpu_profile(gpu, &rows, &idle), 0);
        close_gpu(gpu);
        skip();
    }
    struct vp_range x = alloc(gpu, N * 4), y = alloc(gpu, N * 4);
    CHECK_OK(vp_gpu_fill(gpu, x, 0, &err));
    CHECK_OK(vp_gpu_fill(gpu, y, 0, &err));
    const struct axpy_push push = {N, 1};
    struct vp_dispatch d[3] = {axpy(x, y, &push, 0), axpy(x, y, &push, 0), axpy(y, x, &push, 0)};
    d[2].label = "back";
    struct vp_program *program = vp_program_create(gpu, "profiled", d, 3, &err);
    assert_non_null(program);
    for (int i = 0; i < 5; i++) CHECK_OK(vp_program_submit(program, &err));
    assert_int_equal(vp_gpu_profile(gpu, &rows, &idle), 2);
    for (int i = 0; i < 2; i++) {
        bool back = strcmp(rows[i].label, "back") == 0;
        assert_int_equal(rows[i].calls, back ? 5 : 10);
        assert_true(rows[i].flops == 3.0 * N * (back ? 5 : 10));
        assert_true(rows[i].ms > 0);
    }
    assert_true(idle.between_kernels_ms >= 0 && idle.between_programs_ms > 0 && rows[0].ms >= rows[1].ms);
    vp_gpu_profile_print(gpu, stderr);
    vp_gpu_profile_reset(gpu);
    assert_int_equal(vp_gpu_profile(gpu, &rows, &idle), 0);
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void texel_bindings_read_vectors(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    enum { TEXELS = 777, PLACE = 1024 };
    uint32_t shift = vp_gpu_caps(gpu)->binding_alignment;
    struct vp_range t = alloc(gpu, shift + TEXELS * 16), y = alloc(gpu, 3 * PLACE * 4);
    float in[TEXELS * 4], out[TEXELS];
    for (int i = 0; i < TEXELS * 4; i++) in[i] = (float)(i * 3 % 101);
    CHECK_OK(vp_gpu_upload(gpu, part(t, shift, sizeof in), in, &err));
    uint32_t n = TEXELS;
    static const char *const kernels[] = {"test_texel", "test_texel.image", "test_texel.scalar"};
    struct vp_dispatch d[3];
    int count = 0; /* all in one program: views of one range in several formats */
    for (int k = 0; k < 3; k++)
        if (vp_gpu_has_kernel(gpu, kernels[k]))
            d[count++] = (struct vp_dispatch){
                .kernel = kernels[k],
                .bindings = {part(t, shift, sizeof in), part(y, (uint64_t)k * PLACE * 4, TEXELS * 4)},
                .binding_count = 2,
                .push = &n,
                .push_bytes = 4,
                .groups = {(TEXELS + 63) / 64, 1, 1},
                .label = "texel",
            };
    struct vp_program *program = vp_program_create(gpu, "texel", d, count, &err);
    assert_non_null(program);
    CHECK_OK(vp_program_submit(program, &err));
    for (int k = 0; k < count; k++) {
        CHECK_OK(vp_gpu_download(gpu, d[k].bindings[1], out, &err));
        for (int i = 0; i < TEXELS; i++)
            assert_true(out[i] == in[4 * i] + in[4 * i + 1] + in[4 * i + 2] + in[4 * i + 3]);
    }
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void an_empty_program_does_nothing(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_program *program = vp_program_create(gpu, "empty", NULL, 0, &err);
    assert_non_null(program);
    CHECK_OK(vp_program_submit(program, &err));
    CHECK_OK(vp_gpu_wait(gpu, &err));
    assert_int_equal(vp_program_submissions(program), 0);
    vp_program_destroy(program);
    vp_program_destroy(NULL);
    close_gpu(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_gives_exact_result),
        cmocka_unit_test(independent_steps_are_not_serialised),
        cmocka_unit_test(hazards_are_raw_war_and_waw_on_common_bytes),
        cmocka_unit_test(replays_run_ahead_in_order),
        cmocka_unit_test(cutting_changes_no_bit),
        cmocka_unit_test(learnt_costs_move_the_cuts),
        cmocka_unit_test(cuts_keep_the_bound),
        cmocka_unit_test(transfers_do_not_wait_for_the_device),
        cmocka_unit_test(profile_counts_calls),
        cmocka_unit_test(texel_bindings_read_vectors),
        cmocka_unit_test(an_empty_program_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
