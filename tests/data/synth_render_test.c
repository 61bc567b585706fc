/* Synthetic pictures: the reference confirms them, units show where they are, sheets are rows by columns. */
#include "gpu_for_tests.h"
#include "synth_for_tests.h"
#include "vkpcl/image.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void render(struct vp_gpu *gpu, const struct vp_synth_face *faces, int count, int size, int batch,
                   unsigned char *rgb) {
    struct vp_error err = {0};
    struct vp_synth_renderer *renderer = vp_synth_renderer_create(gpu, size, batch, &err);
    if (!renderer) fail_msg("%s", err.message);
    size_t picture = 3 * (size_t)(size * size);
    int begun = 0, ended = 0, counts[2] = {0}; /* two batches under way, as when a set is written */
    while (ended < count) {
        int next = count - begun < batch ? count - begun : batch;
        if (next > 0) must(vp_synth_renderer_begin(renderer, faces + begun, next, &err), &err);
        begun += next;
        counts[1] = next;
        if (counts[0]) {
            must(vp_synth_renderer_end(renderer, rgb + picture * (size_t)ended, &err), &err);
            ended += counts[0];
        }
        counts[0] = counts[1];
    }
    vp_synth_renderer_destroy(renderer);
}

/* The first pictures of a set: all kinds of people and shots; `plain` takes the chance of blur and noise away. */
static void draw_faces(struct vp_synth_face *faces, int count, int size) {
    for (int i = 0; i < count; i++)
        vp_synth_picture(11, (uint32_t)i, (uint32_t)(i % 3), 1, size, &faces[i], NULL, NULL);
}

static void check_against_reference(struct vp_gpu *gpu, int size, int count) {
    struct vp_synth_face *faces = calloc((size_t)count, sizeof *faces);
    size_t picture = 3 * (size_t)(size * size);
    unsigned char *got = malloc(picture * (size_t)count), *again = malloc(picture * (size_t)count);
    double *want = malloc(picture * sizeof *want), sum = 0;
    size_t far = 0;
    draw_faces(faces, count, size);
    render(gpu, faces, count, size, count, got);
    render(gpu, faces, count, size, 3, again); /* the place in a batch does not matter, and the same bits come again */
    assert_memory_equal(got, again, picture * (size_t)count);
    for (int i = 0; i < count; i++) {
        vp_synth_render_ref(&faces[i], size, want);
        double own = 0;
        for (size_t k = 0; k < picture; k++) {
            double off = fabs(got[(size_t)i * picture + k] - want[k]);
            own += off, far += off > 2.5;
        }
        /* Rounding to a byte alone is 0.25; a ray that just grazes an edge may fall on its other side. */
        if (own / (double)picture > 0.6)
            fail_msg("size %d, face %d: off by %.3f on average", size, i, own / (double)picture);
        sum += own;
    }
    double mean = sum / (double)(picture * (size_t)count), share = (double)far / (double)(picture * (size_t)count);
    if (mean > 0.35 || share > 0.005)
        fail_msg("size %d: off by %.3f on average, %.2f %% by more than 2.5", size, mean, 100 * share);
    free(faces), free(got), free(again), free(want);
}

static void the_reference_sees_the_same(void **state) {
    check_against_reference(*state, 16, 12);
    check_against_reference(*state, 31, 8); /* pixels and words do not divide */
    check_against_reference(*state, 48, 4);
}

/* How much a picture changes above and below the nose's tip, a unit at full strength against none. */
static void units_show_where_they_are(void **state) {
    enum { SIZE = 48, BYTES = 3 * SIZE * SIZE };
    struct vp_synth_face faces[VP_UNITS + 1];
    static unsigned char rgb[(VP_UNITS + 1) * BYTES];
    for (int u = 0; u < VP_UNITS; u++) faces[u] = synth_rigged(u, 5, 0, 0, 0);
    faces[VP_UNITS] = synth_rigged(-1, 0, 0, 0, 0);
    render(*state, faces, VP_UNITS + 1, SIZE, VP_UNITS + 1, rgb);
    const unsigned char *rest = rgb + VP_UNITS * BYTES;
    for (int u = 0; u < VP_UNITS; u++) {
        long upper = 0, lower = 0;
        for (int k = 0; k < BYTES; k++) {
            long change = abs(rgb[u * BYTES + k] - rest[k]);
            if (k / (3 * SIZE) < SIZE * 26 / 48)
                upper += change;
            else
                lower += change;
        }
        assert_true(upper + lower >
                    BYTES / 8); /* seen at all: AU25 and up move an eighth of a level per pixel or more */
        if (u == VP_AU1 || u == VP_AU2 || u == VP_AU4) assert_true(upper > 5 * lower);
        if (u == VP_AU12 || u == VP_AU25 || u == VP_AU26) assert_true(lower > 2 * upper);
    }
}

static void sheets_are_rows_by_columns(void **state) {
    struct vp_image sheet;
    struct vp_error err = {0};
    must(vp_synth_sheet(*state, 3, 2, 16, 1, &sheet, &err), &err);
    assert_int_equal(sheet.height, 2 + 2 * 18);
    assert_int_equal((sheet.width - 2) % 18, 0);
    assert_true((sheet.width - 2) / 18 > VP_MIXED + 2);
    vp_image_fini(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_sees_the_same),
        cmocka_unit_test(units_show_where_they_are),
        cmocka_unit_test(sheets_are_rows_by_columns),
    };
    return cmocka_run_group_tests(tests, group_gpu_open, group_gpu_close);
}
