/* An image's outputs and gradients are the same bits whatever images are computed with it: micro-batches and the last,
 * smaller batch of an evaluation change nothing. On the kernels of software devices; GPUs choose tiles by their number.
 */
#include "gpu_for_tests.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct vp_conv2d_shape shapes[] = {
    {.h = 32, .w = 32, .c = 3, .k = 16, .r = 7, .s = 7, .stride = 2, .pad = 3},
    {.h = 16, .w = 16, .c = 32, .k = 32, .r = 3, .s = 3, .stride = 1, .pad = 1}, /* Winograd */
    {.h = 8, .w = 8, .c = 16, .k = 32, .r = 3, .s = 3, .stride = 2, .pad = 1},
    {.h = 4, .w = 4, .c = 32, .k = 16, .r = 3, .s = 3, .stride = 1, .pad = 1},
    {.h = 2, .w = 2, .c = 32, .k = 16, .r = 3, .s = 3, .stride = 1, .pad = 1}, /* outputs apart */
    {.h = 2, .w = 2, .c = 16, .k = 32, .r = 3, .s = 3, .stride = 2, .pad = 1},
    {.h = 1, .w = 1, .c = 32, .k = 32, .r = 3, .s = 3, .stride = 1, .pad = 1},
    {.h = 1, .w = 1, .c = 64, .k = 32, .r = 1, .s = 1, .stride = 1, .pad = 0},
    {.h = 16, .w = 16, .c = 32, .k = 3, .r = 3, .s = 3, .stride = 1, .pad = 1},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0], ALL = 33 };
static const int fewer[] = {1, 2, 3, 5};

struct result {
    int64_t y_image, x_image; /* values of one image */
    float *y, *dx;
};

static float *draw(int64_t count, uint32_t stream) {
    float *values = malloc((size_t)count * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < count; i++)
        values[i] = 2 * vp_rng_uniform(5, vp_rng_stream(VP_RNG_TEST, stream), (uint64_t)i) - 1;
    return values;
}

/* Forward and backward-data of the first `images` images. */
static struct result run(struct vp_gpu *gpu, const struct vp_conv2d_shape *z, int images) {
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, "conv");
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape4(images, z->h, z->w, z->c), VP_F32, true);
    struct vp_tensor *w = vp_tape_input(tape, "w", vp_shape4(z->k, z->r, z->s, z->c), VP_F32, false);
    struct vp_tensor *y = vp_conv2d(tape, x, w, NULL, &(struct vp_conv2d_desc){z->stride, z->pad, 1});
    const int64_t y_count = vp_shape_count(y->shape), x_count = vp_shape_count(x->shape);
    struct vp_range seed;
    must(vp_gpu_alloc(gpu, 4 * (uint64_t)y_count, "dy", &seed, &err), &err);
    vp_tape_keep(tape, y);
    vp_tape_seed(tape, y, &seed);
    vp_tape_keep_grad(tape, x);
    vp_tape_backward(tape);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    float *dy = draw(y_count, 1), *in = draw(x_count, 2), *filter = draw(vp_shape_count(w->shape), 3);
    must(vp_gpu_upload(gpu, seed, dy, &err), &err);
    must(vp_tensor_upload(tape, x, in, &err), &err);
    must(vp_tensor_upload(tape, w, filter, &err), &err);
    must(vp_tape_run(tape, &err), &err);
    struct result result = {y_count / images, x_count / images, dy,
                            in}; /* what went in makes room for what comes out */
    must(vp_tensor_download(tape, y, result.y, &err), &err);
    must(vp_tensor_grad_download(tape, x, result.dx, &err), &err);
    free(filter);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    vp_gpu_free(gpu, seed);
    return result;
}

static void images_know_nothing_of_each_other(void **state) {
    (void)state;
    struct vp_gpu *gpu = gpu_for_tests("");
    if (!vp_gpu_caps(gpu)->lanes_beat_shared) {
        vp_gpu_destroy(gpu);
        skip();
    }
    for (int i = 0; i < SHAPES; i++) {
        const struct vp_conv2d_shape *z = &shapes[i];
        struct result all = run(gpu, z, ALL);
        for (size_t f = 0; f < sizeof fewer / sizeof fewer[0]; f++) {
            struct result few = run(gpu, z, fewer[f]);
            const size_t y_bytes = sizeof(float) * (size_t)(few.y_image * fewer[f]),
                         x_bytes = sizeof(float) * (size_t)(few.x_image * fewer[f]);
            if (memcmp(all.y, few.y, y_bytes) != 0 || memcmp(all.dx, few.dx, x_bytes) != 0)
                fail_msg("%dx%d c%d k%d %dx%d stride %d: the first %d of %d images have other bits alone", z->h, z->w,
                         z->c, z->k, z->r, z->s, z->stride, fewer[f], ALL);
            free(few.y), free(few.dx);
        }
        free(all.y), free(all.dx);
    }
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(images_know_nothing_of_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
