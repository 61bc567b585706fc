/* Parts that are computed again, placed rows and terms that go back early: the same numbers as the plain graph. */
#include "gpu_for_tests.h"
#include "tape/tape_internal.h"
#include "tape_run.h"
#include "vkpcl/ops/add.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 7, LAYERS = 4 };

/* What a graph is made of; `parts` 0: plain. */
struct shape {
    int edge, channels;
    int64_t parts[3]; /* images of each part */
    int kept;         /* the last so many parts are not computed again */
    bool early;       /* each part goes back before the next one starts */
};

struct graph {
    struct vp_tensor *x, *w, *y;
};

struct result {
    float *y, *dw;
    double flops;
};

static struct vp_tensor *network(struct vp_tape *tape, struct vp_tensor *w, struct vp_tensor *x) {
    struct vp_tensor *y = x;
    for (int i = 0; i < LAYERS; i++) {
        struct vp_tensor *z = vp_conv2d(tape, y, w, NULL, &(struct vp_conv2d_desc){1, 1, 0.1f});
        y = i % 2 ? vp_add(tape, z, y, 0.1f) : z;
    }
    return y;
}

static void build_network(struct vp_tape *tape, const void *context, struct vp_tensor *const *in,
                          struct vp_tensor **out) {
    const struct graph *graph = context;
    out[0] = network(tape, graph->w, in[0]);
}

static void build_graph(struct vp_tape *tape, const struct shape *shape, struct graph *graph,
                        const struct vp_range seed[3]) {
    if (!shape->parts[0]) {
        build_network(tape, graph, &graph->x, &graph->y);
        vp_tape_seed(tape, graph->y, seed);
        vp_tape_keep(tape, graph->y);
        return;
    }
    graph->y = vp_tape_output(tape, "y", graph->x->shape, !shape->early);
    int64_t first = 0;
    for (int i = 0; i < 3; i++) {
        struct vp_node *mark = vp_tape_mark(tape);
        struct vp_tensor *in = vp_rows(tape, graph->x, first, shape->parts[i]), *out;
        if (i >= 3 - shape->kept)
            build_network(tape, graph, &in, &out);
        else
            vp_recompute(tape, build_network, graph, &in, 1, &out, 1);
        vp_place_rows(tape, out, graph->y, first);
        first += shape->parts[i];
        if (!shape->early) continue;
        vp_tape_seed(tape, out, &seed[i]);
        vp_tape_backward_since(tape, mark);
        assert_ptr_equal(vp_tape_mark(tape), mark);
    }
    if (!shape->early) vp_tape_seed(tape, graph->y, seed);
    vp_tape_keep(tape, graph->y);
}

static void fill(float *data, int64_t count, uint32_t which) {
    for (int64_t i = 0; i < count; i++)
        data[i] = vp_rng_uniform(11, vp_rng_stream(VP_RNG_TEST, which), (uint64_t)i) - 0.5f;
}

static struct result run_graph(const struct shape *shape) {
    struct tape_run run;
    struct vp_error err = {0};
    tape_run_init(&run, "recompute");
    int64_t e = shape->edge, c = shape->channels, image = e * e * c, filter = c * 9 * c, count = IMAGES * image;
    struct graph graph = {
        .x = vp_tape_input(run.tape, "x", vp_shape4(IMAGES, e, e, c), VP_F32, false),
        .w = vp_tape_input(run.tape, "w", vp_shape4(c, 3, 3, c), VP_F32, true),
    };
    float *data = calloc((size_t)(count + filter), sizeof *data);
    assert_non_null(data);
    struct vp_range seed[3];
    int64_t first = 0;
    fill(data, count, 3);
    for (int i = 0; i < 3; i++) { /* for early parts their own blocks, for the whole the first */
        int64_t rows = shape->early ? shape->parts[i] : IMAGES;
        must(vp_gpu_alloc(run.gpu, 4 * (uint64_t)(rows * image), "seed", &seed[i], &err), &err);
        must(vp_gpu_upload(run.gpu, seed[i], data + (shape->early ? first * image : 0), &err), &err);
        first += rows;
    }
    build_graph(run.tape, shape, &graph, seed);
    vp_tape_backward(run.tape);
    vp_tape_keep_grad(run.tape, graph.w);
    tape_run_bind(&run);
    fill(data, count, 1);
    tape_run_put(&run, graph.x, data);
    fill(data, filter, 2);
    tape_run_put(&run, graph.w, data);
    tape_run_go(&run);
    struct result result = {.y = calloc((size_t)count, sizeof(float)), .dw = calloc((size_t)filter, sizeof(float))};
    assert_true(result.y && result.dw);
    tape_run_get(&run, graph.y, result.y);
    must(vp_tensor_grad_download(run.tape, graph.w, result.dw, &err), &err);
    result.flops = run.tape->plan.flops;
    for (int i = 0; i < 3; i++) vp_gpu_free(run.gpu, seed[i]);
    free(data);
    tape_run_fini(&run);
    return result;
}

static void drop(struct result *result) {
    free(result->y);
    free(result->dw);
}

static void compare(const struct shape *shape) {
    const struct shape whole = {.edge = shape->edge, .channels = shape->channels};
    struct result expected = run_graph(&whole), found = run_graph(shape);
    int image = shape->edge * shape->edge * shape->channels, filter = 9 * shape->channels * shape->channels;
    for (int i = 0; i < IMAGES * image; i++)
        if (fabsf(found.y[i] - expected.y[i]) > 1e-6f * fabsf(expected.y[i]))
            fail_msg("y[%d] is %g, %g expected", i, (double)found.y[i], (double)expected.y[i]);
    double error = 0, size = 0;
    for (int i = 0; i < filter; i++) {
        double d = (double)found.dw[i] - (double)expected.dw[i];
        error += d * d;
        size += (double)expected.dw[i] * (double)expected.dw[i];
    }
    assert_true(size > 0);
    if (sqrt(error) > 1e-6 * sqrt(size)) fail_msg("the gradient is off by %.2e", sqrt(error / size));
    if (shape->kept < 3) assert_true(found.flops > expected.flops);
    drop(&expected);
    drop(&found);
}

/* Images of 4 x 4 x 4 and 8 x 8 x 16 begin where a binding may; those of 3 x 3 x 5 do not and are copied. */
static void test_parts_agree_with_the_whole(void **state) {
    (void)state;
    static const struct shape shapes[] = {
        {.edge = 4, .channels = 4, .parts = {3, 1, 3}},
        {.edge = 3, .channels = 5, .parts = {3, 1, 3}},
        {.edge = 8, .channels = 16, .parts = {1, 2, 4}, .kept = 1},
        {.edge = 3, .channels = 5, .parts = {2, 3, 2}, .kept = 3},
        {.edge = 4, .channels = 4, .parts = {3, 2, 2}, .early = true, .kept = 3},
        {.edge = 3, .channels = 5, .parts = {3, 2, 2}, .early = true, .kept = 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) compare(&shapes[i]);
}

/* Whether a part is kept or computed again changes no bit. */
static void test_computing_again_changes_no_bit(void **state) {
    (void)state;
    struct shape shape = {.edge = 4, .channels = 8, .parts = {2, 3, 2}, .kept = 3};
    struct result kept = run_graph(&shape);
    for (shape.kept = 0; shape.kept < 3; shape.kept++) {
        struct result again = run_graph(&shape);
        assert_memory_equal(again.y, kept.y, sizeof(float) * IMAGES * 16 * 8);
        assert_memory_equal(again.dw, kept.dw, sizeof(float) * 9 * 8 * 8);
        drop(&again);
    }
    drop(&kept);
}

/* Memory of the plan alone, without guards, which keep slots apart. */
static uint64_t transient_bytes(const struct shape *shape) {
    struct vp_tape *tape = vp_tape_create(NULL, "plan");
    struct vp_range nowhere[3] = {{0}};
    struct graph graph = {
        .x = vp_tape_input(tape, "x", vp_shape4(IMAGES, shape->edge, shape->edge, shape->channels), VP_F32, false),
        .w = vp_tape_input(tape, "w", vp_shape4(shape->channels, 3, 3, shape->channels), VP_F32, true)};
    build_graph(tape, shape, &graph, nowhere);
    vp_tape_backward(tape);
    struct vp_plan plan;
    vp_tape_plan(tape, &plan);
    vp_tape_destroy(tape);
    return plan.transient_bytes;
}

static void test_parts_need_less_memory(void **state) {
    (void)state;
    struct shape shape = {.edge = 32, .channels = 8};
    uint64_t whole = transient_bytes(&shape);
    memcpy(shape.parts, (const int64_t[]){3, 2, 2}, sizeof shape.parts);
    uint64_t none_kept = transient_bytes(&shape);
    shape.kept = 3;
    uint64_t all_kept = transient_bytes(&shape);
    shape.early = true;
    uint64_t early = transient_bytes(&shape);
    assert_true(none_kept < whole * 3 / 4 && none_kept < all_kept);
    assert_true(early < whole * 3 / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_agree_with_the_whole),
        cmocka_unit_test(test_computing_again_changes_no_bit),
        cmocka_unit_test(test_parts_need_less_memory),
    };
    return cmocka_run_group_tests_name("recompute", tests, NULL, NULL);
}
