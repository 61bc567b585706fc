/* The crop recipe: where it looks, and that resampling is a tent filter, upright and turned. */
#include "data/crop.h"
#include "data/regions.h"
#include "image_tree.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char root[256];

static int enter(void **state) {
    (void)state;
    tree_create(root);
    return 0;
}

static int leave(void **state) {
    (void)state;
    tree_remove(root);
    return 0;
}

static unsigned char *noise(int width, int height) {
    unsigned char *rgb = malloc((size_t)(width * height * 3));
    assert_non_null(rgb);
    for (int i = 0; i < width * height * 3; i++) rgb[i] = (unsigned char)(((unsigned)i * 2654435761u) >> 24);
    return rgb;
}

static void crops_look_at_the_right_place(void **state) {
    (void)state;
    struct vp_crop centre = vp_crop_centre(200, 100, 50);
    assert_true(centre.a == 2 && centre.b == 0 && centre.x0 == 50 && centre.y0 == 0);
    float box[4] = {10, 20, 50, 40}; /* 40 x 20 round (30, 30) */
    struct vp_crop tight = vp_crop_box(box, 40, 0), wide = vp_crop_box(box, 40, 0.5);
    assert_true(tight.a == 1 && tight.x0 == 10 && tight.y0 == 10);
    assert_true(wide.a == 2 && wide.x0 == -10 && wide.y0 == -10);
    /* Points made by a known similarity give it back. */
    static const double place[10] = {0.342, 0.460, 0.658, 0.460, 0.5, 0.640, 0.371, 0.824, 0.629, 0.824};
    double a = 1.3, b = -0.7, x0 = 41, y0 = 63;
    float points[10];
    for (int i = 0; i < 10; i += 2) {
        double u = (0.5 + (place[i] - 0.5) / 1.4) * 96, v = (0.5 + (place[i + 1] - 0.5) / 1.4) * 96;
        points[i] = (float)(a * u - b * v + x0);
        points[i + 1] = (float)(b * u + a * v + y0);
    }
    struct vp_crop crop = vp_crop_points(points, 96, 0.2);
    assert_true(fabs(crop.a - a) < 1e-4 && fabs(crop.b - b) < 1e-4);
    assert_true(fabs(crop.x0 - x0) < 1e-2 && fabs(crop.y0 - y0) < 1e-2);
    /* Five of 68. */
    float all[136] = {0}, five[10];
    for (int i = 36; i < 42; i++) all[2 * i] = (float)i, all[2 * i + 1] = 5;  /* mean 38.5 */
    for (int i = 42; i < 48; i++) all[2 * i] = 70, all[2 * i + 1] = (float)i; /* mean 44.5 */
    all[60] = 1, all[61] = 2, all[96] = 3, all[97] = 4, all[108] = 5, all[109] = 6;
    vp_crop_five_of_68(all, five);
    static const float expected[10] = {38.5f, 5, 70, 44.5f, 1, 2, 3, 4, 5, 6};
    for (int i = 0; i < 10; i++) assert_true(five[i] == expected[i]);
}

static void implausible_crops_are_seen(void **state) {
    (void)state;
    struct vp_crop good = vp_crop_centre(60, 40, 32), outside = good, nothing = good, huge = good, broken = good;
    outside.x0 = 500;
    nothing.a = 0;
    huge.a = 1e6;
    broken.y0 = NAN;
    assert_true(vp_crop_plausible(&good, 60, 40, 32));
    assert_false(vp_crop_plausible(&outside, 60, 40, 32));
    assert_false(vp_crop_plausible(&nothing, 60, 40, 32));
    assert_false(vp_crop_plausible(&huge, 60, 40, 32));
    assert_false(vp_crop_plausible(&broken, 60, 40, 32));
}

static void an_unscaled_crop_is_a_copy(void **state) {
    (void)state;
    enum { W = 37, H = 31, S = 23 };
    unsigned char *rgb = noise(W, H), out[S * S * 3];
    struct vp_crop crop = {.a = 1, .b = 0, .x0 = 7, .y0 = 3};
    vp_crop_sample(&crop, rgb, W, H, S, out);
    for (int y = 0; y < S; y++) assert_memory_equal(out + y * S * 3, rgb + ((y + 3) * W + 7) * 3, S * 3);
    /* A quarter turn moves pixels, changes none: crop (u, v) shows image (10 - v, u). */
    struct vp_crop turned = {.a = 0, .b = 1, .x0 = S, .y0 = 0};
    vp_crop_sample(&turned, rgb, W, H, S, out);
    for (int v = 0; v < S; v++)
        for (int u = 0; u < S; u++) assert_memory_equal(out + (v * S + u) * 3, rgb + (u * W + S - 1 - v) * 3, 3);
    free(rgb);
}

/* The filter's formula, in double, over all pixels of a bordered image. */
static double reference(const struct vp_crop *c, const unsigned char *rgb, int w, int h, int i, int j, int k) {
    double s = hypot(c->a, c->b), reach = s > 1 ? s : 1, u = i + 0.5, v = j + 0.5, sum = 0, total = 0;
    double x = c->a * u - c->b * v + c->x0, y = c->b * u + c->a * v + c->y0;
    for (int py = -40; py < h + 40; py++) {
        for (int px = -40; px < w + 40; px++) {
            double dx = px + 0.5 - x, dy = py + 0.5 - y;
            double du = (c->a * dx + c->b * dy) / s / reach, dv = (c->a * dy - c->b * dx) / s / reach;
            double weight = fmax(0, 1 - fabs(du)) * fmax(0, 1 - fabs(dv));
            int qx = px < 0 ? 0 : px >= w ? w - 1 : px, qy = py < 0 ? 0 : py >= h ? h - 1 : py;
            sum += weight * rgb[(qy * w + qx) * 3 + k];
            total += weight;
        }
    }
    return sum / total;
}

static void resampling_is_a_tent(void **state) {
    (void)state;
    static const struct vp_crop crops[] = {{2.6, 0, -3, 1}, {0.31, 0, 9, 8}, {1.1, 0.9, 12, -6}, {-0.8, 2.1, 33, 5}};
    static const int sides[][2] = {{33, 31}, {1, 1}, {17, 40}};
    enum { S = 13 };
    for (size_t c = 0; c < sizeof crops / sizeof *crops; c++) {
        for (size_t n = 0; n < 3; n++) {
            int w = sides[n][0], h = sides[n][1];
            unsigned char *rgb = noise(w, h), out[S * S * 3];
            vp_crop_sample(&crops[c], rgb, w, h, S, out);
            for (int j = 0; j < S; j++)
                for (int i = 0; i < S; i++)
                    for (int k = 0; k < 3; k++)
                        assert_true(fabs(reference(&crops[c], rgb, w, h, i, j, k) - out[(j * S + i) * 3 + k]) < 0.51);
            free(rgb);
        }
    }
}

/* ---- files that say where -------------------------------------------------------------------------------------- */

static const char *below(const char *name) {
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

typedef enum vp_status reader(struct vp_regions *, const char *, struct vp_error *);

static struct vp_regions region_file(reader *read, const char *name, const char *text) {
    struct vp_regions regions;
    struct vp_error err = {0};
    static char path[600];
    if (text) tree_text(root, name, text);
    snprintf(path, sizeof path, "%s", below(name));
    if (read(&regions, path, &err) != VP_OK) fail_msg("%s", err.message);
    return regions;
}

static void refuse(reader *read, const char *name, const char *text, const char *sentence) {
    struct vp_regions regions;
    struct vp_error err = {0};
    tree_text(root, name, text);
    assert_int_equal(read(&regions, below(name), &err), VP_ERR_FORMAT);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" lacks \"%s\"", err.message, sentence);
}

static void expect_values(const struct vp_regions *regions, const char *path, const float *expected) {
    int number = vp_regions_find(regions, path);
    assert_true(number >= 0);
    for (int i = 0; i < regions->numbers; i++)
        assert_true(regions->values[number * regions->numbers + i] == expected[i]);
}

static void landmarks_of_5_and_68_points(void **state) {
    (void)state;
    struct vp_regions regions = region_file(
        vp_regions_read_landmarks, "five.csv",
        "file,who,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5\nanna/1.jpg,a,1,2,3,4,5,6,7,8,9,10\n./b.jpg,b,0,0,1,0,2,2,0,3,1,3\n");
    expect_values(&regions, "/data/anna/1.jpg", (const float[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    assert_true(vp_regions_find(&regions, "b.jpg") == 1);
    assert_true(vp_regions_find(&regions, "1.jpg") < 0); /* more of the path is asked for than there is */
    vp_regions_close(&regions);
    char text[4096], *at = text + sprintf(text, "path");
    for (int i = 0; i < 68; i++) at += sprintf(at, ",x_%d", i);
    for (int i = 0; i < 68; i++) at += sprintf(at, ",y_%d", i);
    at += sprintf(at, "\nq.png");
    for (int i = 0; i < 136; i++) at += sprintf(at, ",%d", i);
    regions = region_file(vp_regions_read_landmarks, "68.csv", text);
    expect_values(&regions, "q.png", (const float[]){38.5f, 106.5f, 44.5f, 112.5f, 30, 98, 48, 116, 54, 122});
    vp_regions_close(&regions);
    regions = region_file(vp_regions_read_landmarks, "celeba.csv",
                          "image_id,lefteye_x,lefteye_y,righteye_x,righteye_y,nose_x,nose_y,leftmouth_x,leftmouth_y,"
                          "rightmouth_x,rightmouth_y\n000001.jpg,69,109,106,113,77,142,73,152,108,154\n");
    expect_values(&regions, "x/000001.jpg", (const float[]){69, 109, 106, 113, 77, 142, 73, 152, 108, 154});
    vp_regions_close(&regions);
    refuse(vp_regions_read_landmarks, "w.csv", "file,x0,y0,x1,y1\na.jpg,1,2,3,4\n", "w.csv:1: expected columns x0,y0");
    refuse(vp_regions_read_landmarks, "w.csv", "x0,y0\n1,2\n", "w.csv:1: expected a header with a column path");
    refuse(vp_regions_read_landmarks, "w.csv",
           "file,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5\na,1,2,3,4,5,6,7,8,9,10\nb,1,2,3,4,up,6,7,8,9,10\n",
           "w.csv:3: expected a coordinate as a number, found \"up\"");
    refuse(vp_regions_read_landmarks, "w.csv",
           "file,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5\na,1,2,3,4,5,6,7,8,9,10\na,1,2,3,4,5,6,7,8,9,10\n",
           "w.csv:3: a has a line already");
}

static void boxes_of_several_kinds(void **state) {
    (void)state;
    static const char *const texts[] = {
        "path,x0,y0,x1,y1\na.jpg,10,20,40,60\n", "path,left,top,right,bottom\na.jpg,10,20,40,60\n",
        "path,x,y,w,h\na.jpg,10,20,30,40\n", "image_id,x_1,y_1,width,height\na.jpg,10,20,30,40\n"};
    for (int i = 0; i < 4; i++) {
        struct vp_regions regions = region_file(vp_regions_read_boxes, "boxes.csv", texts[i]);
        expect_values(&regions, "a.jpg", (const float[]){10, 20, 40, 60});
        vp_regions_close(&regions);
    }
    refuse(vp_regions_read_boxes, "boxes.csv", "path,a,b\nx,1,2\n", "boxes.csv:1: expected columns x0,y0,x1,y1 or");
}

static void voxceleb_tracks(void **state) {
    (void)state;
    tree_text(root, "txt/id1/vid/00001.txt",
              "Identity  : \tid1\nReference : \tvid\nOffset    : \t12\n\nFRAME \tX \tY \tW \tH \n000025 \t0.25 \t0.5 "
              "\t0.5 \t0.25 \n"
              "000026 \t0.5 \t0.5 \t0.5 \t0.5 \n");
    tree_text(root, "txt/id1/vid/00002.txt", "FRAME \tX \tY \tW \tH\n000140 120 60 150 151\n");
    struct vp_regions regions = region_file(vp_regions_read_boxes, "txt", NULL);
    assert_int_equal(regions.names.count, 3);
    int number = vp_regions_find(&regions, "/vox/id1/vid/0000025.jpg");
    assert_true(number >= 0);
    assert_true(vp_regions_find(&regions, "/vox/id1/vid/frame_26.png") >= 0);
    assert_true(vp_regions_find(&regions, "/vox/id2/vid/25.jpg") < 0);
    assert_true(vp_regions_find(&regions, "/vox/id1/vid/cover.jpg") < 0);
    struct vp_crop crop = vp_regions_crop(&regions, number, 200, 100, 10, 0); /* fractions: 50, 50, 150, 75 */
    assert_true(fabs(crop.a - 10) < 1e-9 && fabs(crop.x0 - 50) < 1e-9 && fabs(crop.y0 - 12.5) < 1e-9);
    number = vp_regions_find(&regions, "id1/vid/000140.jpg");
    crop = vp_regions_crop(&regions, number, 600, 400, 151, 0); /* pixels */
    assert_true(fabs(crop.a - 1) < 1e-6 && fabs(crop.y0 - 60) < 1e-4);
    vp_regions_close(&regions);
    refuse(vp_regions_read_boxes, "track.txt", "FRAME X Y W H\n1 2 3 4\n", "track.txt:2: expected FRAME X Y W H");
    refuse(vp_regions_read_boxes, "track.txt", "1 2 3 4 5\n", "expected a VoxCeleb track with a line FRAME X Y W H");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crops_look_at_the_right_place),
        cmocka_unit_test(implausible_crops_are_seen),
        cmocka_unit_test(an_unscaled_crop_is_a_copy),
        cmocka_unit_test(resampling_is_a_tent),
        cmocka_unit_test_setup_teardown(landmarks_of_5_and_68_points, enter, leave),
        cmocka_unit_test_setup_teardown(boxes_of_several_kinds, enter, leave),
        cmocka_unit_test_setup_teardown(voxceleb_tracks, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
