/* Augmentation on the device against the double reference: each step alone, all together, awkward sizes. */
#include "tape_run.h"
#include "vkpcl/augment.h"
#include "vkpcl/ops/augment.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t source_sizes[][2] = {{1, 1}, {7, 5}, {160, 160}, {33, 65}, {64, 64}, {250, 3}};
enum { SOURCES = sizeof source_sizes / sizeof source_sizes[0] };

/* The sources one behind the other; smooth colours with noise, so that no step saturates everywhere. */
static unsigned char *draw_sources(struct vp_augment_source *sources, uint32_t *bytes) {
    *bytes = 0;
    for (int k = 0; k < SOURCES; k++) {
        sources[k] = (struct vp_augment_source){*bytes, source_sizes[k][0], source_sizes[k][1], 0};
        *bytes += (3 * source_sizes[k][0] * source_sizes[k][1] + 3) / 4 * 4;
    }
    unsigned char *pixels = calloc(*bytes, 1);
    for (int k = 0; k < SOURCES; k++)
        for (uint32_t i = 0; i < 3 * source_sizes[k][0] * source_sizes[k][1]; i++) {
            double place = (double)(i / 3) * 0.07 + (double)k + 2 * (double)(i % 3);
            double noise = (double)vp_rng_uniform(1, VP_RNG_TEST, sources[k].offset + i) - 0.5;
            pixels[sources[k].offset + i] = (unsigned char)(127 + 90 * sin(place) + 60 * noise);
        }
    return pixels;
}

/* Every source: whole, mirrored, a whole-pixel window, a fractional window; every step alone; everything at once in all
 * 24 orders of the jitter; and drawn ones. */
static int draw_blocks(struct vp_augment_block *blocks) {
    const struct vp_augment_settings settings = vp_augment_released();
    const uint32_t flags[] = {AUGMENT_JITTER, AUGMENT_GREY, AUGMENT_BLUR, AUGMENT_GRADIENT, 31, 30};
    int n = 0;
    for (uint32_t k = 0; k < SOURCES; k++) {
        float w = (float)source_sizes[k][0], h = (float)source_sizes[k][1];
        const struct vp_augment_block whole = {.source = k,
                                               .w = w,
                                               .h = h,
                                               .order = 0xe4,
                                               .brightness = 1.3f,
                                               .contrast = 0.4f,
                                               .saturation = 1.7f,
                                               .hue = -0.15f,
                                               .sigma = 1.1f};
        blocks[n++] = whole;
        blocks[n] = whole, blocks[n++].flags = AUGMENT_MIRROR;
        blocks[n] = whole, blocks[n].x = floorf(w / 2), blocks[n].w = w - floorf(w / 2);
        blocks[n].y = floorf(h / 3), blocks[n].h = ceilf(h / 3), n++;
        blocks[n] = whole, blocks[n].x = 0.3f * w, blocks[n].w = 0.45f * w, blocks[n].y = 0.2f * h;
        blocks[n++].h = 0.7f * h;
        for (size_t f = 0; f < sizeof flags / sizeof flags[0]; f++) blocks[n] = whole, blocks[n++].flags = flags[f];
    }
    for (uint32_t code = 0; code < 256; code++) {
        uint32_t seen = 0;
        for (uint32_t k = 0; k < 4; k++) seen |= 1u << ((code >> (2 * k)) & 3);
        if (seen != 15) continue;
        blocks[n] = blocks[4 * 10]; /* 64 x 64, whole */
        blocks[n].order = code, blocks[n].flags = AUGMENT_JITTER, blocks[n].brightness = 0.7f, blocks[n++].hue = 0.2f;
    }
    for (uint32_t i = 0; i < 30; i++) {
        const struct vp_augment_draw draw = {.kind = (enum vp_augment_kind)(i % 6),
                                             .seed = 3,
                                             .step = 9,
                                             .image = i,
                                             .view = i % 3,
                                             .source = i % SOURCES,
                                             .width = source_sizes[i % SOURCES][0],
                                             .height = source_sizes[i % SOURCES][1]};
        blocks[n++] = vp_augment_draw(&settings, &draw);
    }
    return n;
}

/* limit: largest binding in bytes, 0 the device's own. */
static void check_size(int size, bool plain, uint64_t limit) {
    struct vp_augment_source sources[SOURCES];
    struct vp_augment_block blocks[SOURCES * 10 + 24 + 30];
    uint32_t bytes;
    unsigned char *pixels = draw_sources(sources, &bytes);
    int n = draw_blocks(blocks);
    struct tape_run run;
    tape_run_init(&run, "augment");
    if (limit) tape_run_limit(&run, limit);
    struct vp_augment_tensors t = {
        .pixels = vp_tape_input(run.tape, "pixels", vp_shape1(bytes), VP_U8, false),
        .sources = vp_tape_input(run.tape, "sources", vp_shape2(SOURCES, VP_AUGMENT_SOURCE_WORDS), VP_U32, false),
        .blocks = vp_tape_input(run.tape, "blocks", vp_shape2(n, VP_AUGMENT_BLOCK_WORDS), VP_U32, false)};
    struct vp_tensor *y = vp_augment(run.tape, "images", &t, size, plain);
    vp_tape_keep(run.tape, y);
    tape_run_bind(&run);
    tape_run_put(&run, t.pixels, pixels);
    tape_run_put(&run, t.sources, sources);
    tape_run_put(&run, t.blocks, blocks);
    tape_run_go(&run);

    size_t count = (size_t)(size * size * 3);
    float *got = malloc(sizeof *got * count * (size_t)n), *again = malloc(sizeof *got * count * (size_t)n);
    double *want = malloc(sizeof *want * count);
    tape_run_get(&run, y, got);
    for (int i = 0; i < n; i++) {
        const struct vp_augment_source *source = &sources[blocks[i].source];
        vp_augment_ref(&blocks[i], source, pixels + source->offset, size, plain, want);
        for (size_t k = 0; k < count; k++)
            if (!(fabs((double)got[(size_t)i * count + k] - want[k]) <= 2e-5))
                fail_msg(
                    "size %d, image %d (source %u, flags %u, order %02x), element %zu: device %.7g, reference %.7g",
                    size, i, blocks[i].source, blocks[i].flags, blocks[i].order, k, (double)got[(size_t)i * count + k],
                    want[k]);
    }
    tape_run_go(&run);
    tape_run_get(&run, y, again);
    assert_memory_equal(got, again, sizeof *got * count * (size_t)n);
    free(got);
    free(again);
    free(want);
    free(pixels);
    tape_run_fini(&run);
}

static void test_tiny(void **state) {
    (void)state;
    check_size(1, false, 0);
    check_size(2, false, 0);
}
static void test_16(void **state) {
    (void)state;
    check_size(16, false, 0);
}
static void test_31(void **state) {
    (void)state;
    check_size(31, false, 0);
}
static void test_64(void **state) {
    (void)state;
    check_size(64, false, 0);
}
static void test_pieces(void **state) {
    (void)state;
    check_size(16, false, 10 * 16 * 16 * 12);
    check_size(16, true, 10 * 16 * 16 * 12);
}
/* Sizes whose quads are a multiple of a subgroup, so that drivers take whole rows as uniform. */
static void test_whole_subgroups(void **state) {
    (void)state;
    check_size(32, false, 0);
    check_size(128, true, 0);
}
static void test_plain(void **state) {
    (void)state;
    check_size(33, true, 0);
}

/* What the reference must do by definition, on cases one can see through. */
static void test_reference(void **state) {
    (void)state;
    const unsigned char pixels[12] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
    const struct vp_augment_source source = {0, 2, 2, 0};
    struct vp_augment_block b = {.w = 2, .h = 2, .brightness = 1, .contrast = 1, .saturation = 1, .sigma = 1};
    double y[12], big[3 * 16];
    vp_augment_ref(&b, &source, pixels, 2, false, y);
    for (int i = 0; i < 12; i++) assert_true(fabs(y[i] - pixels[i] / 255.0) < 1e-12); /* same size: a copy */
    b.flags = AUGMENT_MIRROR;
    vp_augment_ref(&b, &source, pixels, 2, false, y);
    assert_true(y[1] == 1 && y[3] == 1 && y[6] == 1 && y[11] == 1);
    b.flags = 0;
    vp_augment_ref(&b, &source, pixels, 1, false, y); /* shrunk to one pixel: the mean */
    for (int c = 0; c < 3; c++) assert_true(fabs(y[c] - 0.5) < 1e-12);
    vp_augment_ref(&b, &source, pixels, 4, false, big); /* enlarged: bilinear with half-pixel centres */
    assert_true(fabs(big[0] - 1) < 1e-12 && fabs(big[3] - 0.75) < 1e-12 && fabs(big[4] - 0.25) < 1e-12);
    b.flags = AUGMENT_JITTER, b.order = AUGMENT_HUE, b.hue = 1.0f / 3;
    vp_augment_ref(&b, &source, pixels, 2, false, y); /* a third of a turn: red to green to blue; white stays */
    assert_true(fabs(y[1] - 1) < 1e-6 && fabs(y[5] - 1) < 1e-6 && fabs(y[6] - 1) < 1e-6 && fabs(y[9] - 1) < 1e-6);
    b.hue = 0, b.order = 0xe4, b.contrast = 0;
    vp_augment_ref(&b, &source, pixels, 2, false, y); /* no contrast: the mean grey everywhere */
    for (int i = 0; i < 12; i++) assert_true(fabs(y[i] - 0.5) < 1e-12);
    b.flags = AUGMENT_GRADIENT;
    vp_augment_ref(&b, &source, pixels, 2, false, y);
    double v = 25.064 / 256, h = 129.057 / 256; /* below and right of the first pixel; nothing above and left */
    assert_true(fabs(y[0] - sqrt(v * v + h * h + 1e-6)) < 1e-12 && y[0] == y[2]);
    assert_int_equal(vp_augment_radius(64), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference),
                                       cmocka_unit_test(test_tiny),
                                       cmocka_unit_test(test_16),
                                       cmocka_unit_test(test_31),
                                       cmocka_unit_test(test_64),
                                       cmocka_unit_test(test_plain),
                                       cmocka_unit_test(test_whole_subgroups),
                                       cmocka_unit_test(test_pieces)};
    return cmocka_run_group_tests_name("augment", tests, NULL, NULL);
}
