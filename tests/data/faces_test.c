/* Drawn faces: reproducible, readable as an identity tree, and with the factors they promise. */
#include "image_tree.h"
#include "vkpcl/faces.h"
#include "vkpcl/source.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 48, BYTES = SIZE * SIZE * 3 };

static void faces_depend_on_their_numbers_only(void **state) {
    (void)state;
    static unsigned char a[BYTES], b[BYTES];
    vp_face_draw(3, 4, 5, SIZE, a);
    vp_face_draw(3, 4, 5, SIZE, b);
    assert_memory_equal(a, b, BYTES);
    static const uint32_t others[][3] = {{4, 4, 5}, {3, 5, 5}, {3, 4, 6}};
    for (int i = 0; i < 3; i++) {
        vp_face_draw(others[i][0], others[i][1], others[i][2], SIZE, b);
        int differing = 0;
        for (int k = 0; k < BYTES; k++) differing += abs(a[k] - b[k]) > 8;
        assert_true(differing > BYTES / 10);
    }
}

/* The middle of the face, where skin and features are. */
static void mean_colour(const unsigned char *rgb, double mean[3]) {
    memset(mean, 0, 3 * sizeof *mean);
    const int from = SIZE * 3 / 8, to = SIZE * 5 / 8;
    for (int y = from; y < to; y++)
        for (int x = from; x < to; x++)
            for (int k = 0; k < 3; k++) mean[k] += rgb[(y * SIZE + x) * 3 + k] / (double)((to - from) * (to - from));
}

static void people_differ_more_than_their_images(void **state) {
    (void)state;
    enum { PEOPLE = 12, IMAGES = 8 };
    static unsigned char rgb[BYTES];
    double sum[PEOPLE][2] = {{0}}, within = 0, all = 0, squares = 0, total = 0;
    for (uint32_t p = 0; p < PEOPLE; p++) {
        double own = 0;
        for (uint32_t i = 0; i < IMAGES; i++) {
            double mean[3];
            vp_face_draw(1, p, i, SIZE, rgb);
            mean_colour(rgb, mean);
            /* Red over blue: the skin's tone, whatever the light's strength. */
            double tone = mean[0] / (mean[2] + 1);
            assert_true(mean[0] > 5 && mean[0] < 250);
            own += tone, sum[p][0] += tone, sum[p][1] += tone * tone;
        }
        total += own;
        within += sum[p][1] / IMAGES - (own / IMAGES) * (own / IMAGES);
        squares += sum[p][1];
    }
    within /= PEOPLE;
    all = squares / (PEOPLE * IMAGES) - (total / (PEOPLE * IMAGES)) * (total / (PEOPLE * IMAGES));
    assert_true(all > 1.3 * within);
}

static void a_folder_of_faces_is_an_identity_tree(void **state) {
    (void)state;
    char root[256], out[300], path[600];
    tree_create(root);
    snprintf(out, sizeof out, "%s/faces", root);
    struct vp_faces_request request = {
        .folder = out, .identities = 3, .images = 11, .size = SIZE, .seed = 9, .threads = 2};
    struct vp_error err = {0};
    if (vp_faces_write(&request, &err) != VP_OK) fail_msg("%s", err.message);
    struct vp_source *source;
    const char *paths[] = {out};
    assert_int_equal(vp_source_open(paths, 1, VP_LAYOUT_AUTO, NULL, &source, &err), VP_OK);
    assert_int_equal(vp_source_images(source), 11); /* 4, 4 and 3 */
    assert_int_equal(vp_source_items(source), 3);
    vp_source_path(source, 5, path, sizeof path);
    assert_non_null(strstr(path, "faces/identity_0002/clip/0002.png"));
    struct vp_image image;
    assert_int_equal(vp_image_load(path, &image, &err), VP_OK);
    static unsigned char expected[BYTES];
    vp_face_draw(9, 1, 1, SIZE, expected);
    assert_int_equal(image.width, SIZE);
    assert_memory_equal(image.rgb, expected, BYTES);
    vp_image_fini(&image);
    vp_source_destroy(source);

    tree_text(root, "taken", "a file where a folder should be");
    snprintf(out, sizeof out, "%s/taken", root);
    assert_int_equal(vp_faces_write(&request, &err), VP_ERR_IO);
    request.size = 8;
    assert_int_equal(vp_faces_write(&request, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "expected 32 to 512"));
    request.size = SIZE, request.images = 2;
    assert_int_equal(vp_faces_write(&request, &err), VP_ERR_USAGE);
    tree_remove(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faces_depend_on_their_numbers_only),
        cmocka_unit_test(people_differ_more_than_their_images),
        cmocka_unit_test(a_folder_of_faces_is_an_identity_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
