/* Batches: what small launches compute together has the bits of what they compute one by one. */
#include "gpu_for_tests.h"
#include "tape/tape_internal.h"
#include "tape_run.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Three layers, the first one used again as the third: its gradient has two terms, its packed filter two readers. */
enum { IMAGES = 3, EDGE = 9, CHANNELS = 8, PIXELS = IMAGES * EDGE * EDGE * CHANNELS, BIAS = 64 };
enum { FILTER = CHANNELS * 9 * CHANNELS, LAYER = FILTER + BIAS, ALL = 2 * LAYER };

static float value_at(int which, int i) {
    return vp_rng_uniform(11, vp_rng_stream(VP_RNG_TEST, (uint32_t)which), (uint64_t)i) - 0.5f;
}

struct network {
    struct vp_range values, grads, seed, part[4], grad_part[4];
    struct vp_tensor *param[4]; /* w, b, w, b */
};

static void make_params(struct network *net, struct vp_tape *tape, bool together) {
    static const int64_t start[4] = {0, FILTER, LAYER, LAYER + FILTER}, count[4] = {FILTER, CHANNELS, FILTER, CHANNELS};
    struct vp_tensor *values = vp_tape_external(tape, "values", vp_shape1(ALL), VP_F32, &net->values, NULL);
    struct vp_tensor *grads = vp_tape_external(tape, "grads", vp_shape1(ALL), VP_F32, &net->grads, NULL);
    values->storage->value->constant = true;
    for (int i = 0; i < 4; i++) {
        uint64_t offset = 4 * (uint64_t)start[i], bytes = 4 * (uint64_t)count[i];
        struct vp_shape shape = i % 2 ? vp_shape1(CHANNELS) : vp_shape4(CHANNELS, 3, 3, CHANNELS);
        net->part[i] = (struct vp_range){net->values.block, net->values.offset + offset, bytes};
        net->grad_part[i] = (struct vp_range){net->grads.block, net->grads.offset + offset, bytes};
        net->param[i] = together ? vp_tape_external_part(tape, "part", shape, values, grads, start[i])
                                 : vp_tape_external(tape, "own", shape, VP_F32, &net->part[i], &net->grad_part[i]);
    }
}

static int launches_of(const struct vp_tape *tape, const char *prefix) {
    int count = 0;
    for (const struct vp_command *c = tape->commands; c; c = c->next)
        count += strncmp(c->dispatch.kernel, prefix, strlen(prefix)) == 0;
    return count;
}

struct result {
    float y[PIXELS], grads[ALL];
    int launches, packs, sums;
};

static void run_network(bool together, struct result *result) {
    struct tape_run run;
    struct network net = {0};
    struct vp_error err = {0};
    float *data = calloc(PIXELS + ALL, sizeof *data);
    assert_non_null(data);
    tape_run_init(&run, "batch");
    must(vp_gpu_alloc(run.gpu, 4 * ALL, "values", &net.values, &err), &err);
    must(vp_gpu_alloc(run.gpu, 4 * ALL, "grads", &net.grads, &err), &err);
    must(vp_gpu_alloc(run.gpu, 4 * PIXELS, "seed", &net.seed, &err), &err);
    must(vp_gpu_fill(run.gpu, net.grads, 0, &err), &err);
    for (int i = 0; i < ALL; i++) data[i] = 0.3f * value_at(0, i);
    must(vp_gpu_upload(run.gpu, net.values, data, &err), &err);
    for (int i = 0; i < PIXELS; i++) data[i] = value_at(1, i);
    must(vp_gpu_upload(run.gpu, net.seed, data, &err), &err);

    make_params(&net, run.tape, together);
    struct vp_tensor *x = vp_tape_input(run.tape, "x", vp_shape4(IMAGES, EDGE, EDGE, CHANNELS), VP_F32, false), *y = x;
    for (int layer = 0; layer < 3; layer++)
        y = vp_conv2d(run.tape, y, net.param[layer % 2 * 2], net.param[layer % 2 * 2 + 1],
                      &(struct vp_conv2d_desc){1, 1, 0.1f});
    vp_tape_keep(run.tape, y);
    vp_tape_seed(run.tape, y, &net.seed);
    vp_tape_backward(run.tape);
    tape_run_bind(&run);
    for (int i = 0; i < PIXELS; i++) data[i] = value_at(2, i);
    tape_run_put(&run, x, data);
    tape_run_go(&run);
    tape_run_get(&run, y, result->y);
    must(vp_gpu_download(run.gpu, net.grads, result->grads, &err), &err);
    result->launches = run.tape->command_count;
    result->packs = launches_of(run.tape, "conv2d_pack");
    result->sums = launches_of(run.tape, "sum_partials");
    vp_gpu_free(run.gpu, net.values);
    vp_gpu_free(run.gpu, net.grads);
    vp_gpu_free(run.gpu, net.seed);
    tape_run_fini(&run);
    free(data);
}

static void test_together_as_alone(void **state) {
    (void)state;
    static struct result alone, together;
    run_network(false, &alone);
    run_network(true, &together);
    assert_memory_equal(together.y, alone.y, sizeof alone.y);
    assert_memory_equal(together.grads, alone.grads, sizeof alone.grads);
    float largest = 0;
    for (int i = 0; i < ALL; i++) largest = alone.grads[i] > largest ? alone.grads[i] : largest;
    assert_true(largest > 0.01f); /* there is something to compare */
    assert_true(together.launches < alone.launches);
    if (alone.packs) { /* one for the filters as they are; one for those turned round, where that is another kernel */
        assert_int_equal(alone.packs, 5);
        assert_true(together.packs <= 2);
    }
    /* Six sums; the second term of a gradient comes behind the first. */
    assert_true(alone.sums >= 3);
    assert_true(together.sums <= 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_together_as_alone)};
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
