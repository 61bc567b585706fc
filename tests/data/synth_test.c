/* Synthetic faces: lots within their ranges, muscles that pull the right way, pictures that the reference confirms,
 * sets whose files agree with each other. */
#include "gpu_for_tests.h"
#include "image_tree.h"
#include "synth/synth_face.h"
#include "vkpcl/npy.h"
#include "vkpcl/source.h"
#include "vkpcl/synth.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* ---- lots -------------------------------------------------------------------------------------------------------- */

static void identities_vary_in_every_trait(void **state) {
    (void)state;
    enum { PEOPLE = 1000 };
    int cuts[VP_HAIRS] = {0}, dark = 0, light = 0;
    double sum[VP_TRAITS] = {0}, square[VP_TRAITS] = {0}, with_first[VP_TRAITS] = {0};
    for (uint32_t p = 0; p < PEOPLE; p++) {
        struct vp_synth_identity who = vp_synth_identity_draw(5, p), again = vp_synth_identity_draw(5, p);
        assert_memory_equal(&who, &again, sizeof who);
        for (int t = 0; t < VP_TRAITS; t++) {
            assert_true(fabsf(who.trait[t]) <= 1.5f);
            sum[t] += (double)who.trait[t], square[t] += (double)(who.trait[t] * who.trait[t]);
            with_first[t] += (double)(who.trait[t] * who.trait[0]);
        }
        cuts[who.cut]++, dark += who.skin_tone<0.4f, light += who.skin_tone> 0.8f;
    }
    for (int t = 0; t < VP_TRAITS; t++) {
        assert_true(fabs(sum[t] / PEOPLE) < 0.08);                                  /* five deviations of the mean */
        assert_true(fabs(square[t] / PEOPLE - 0.25) < 0.05);                        /* deviation 0.5 */
        if (t) assert_true(fabs(with_first[t] / PEOPLE) < 0.25 * 5 / sqrt(PEOPLE)); /* independent */
        for (int other = 0; other < t; other++)
            assert_string_not_equal(vp_synth_trait_name((enum vp_synth_trait)t),
                                    vp_synth_trait_name((enum vp_synth_trait)other));
    }
    for (int cut = 0; cut < VP_HAIRS; cut++) assert_true(cuts[cut] > 20);
    assert_true(dark > 50 && light > 50);
}

static void shots_stay_in_range_and_are_balanced(void **state) {
    (void)state;
    enum { SHOTS = 7000 };
    const struct vp_synth_identity who = vp_synth_identity_draw(5, 0);
    int expressions[VP_EXPRESSIONS] = {0}, occluders[VP_OCCLUDERS] = {0}, left = 0, up = 0, clockwise = 0, turned = 0;
    int present[VP_UNITS] = {0};
    for (uint32_t i = 0; i < SHOTS; i++) {
        struct vp_synth_shot how = vp_synth_shot_draw(5, 0, i, &who);
        assert_true(fabsf(how.yaw) <= 60 && fabsf(how.pitch) <= 30 && fabsf(how.roll) <= 20);
        expressions[how.expression]++, occluders[how.occluder]++;
        left += how.yaw > 0, up += how.pitch > 0, clockwise += how.roll > 0, turned += fabsf(how.yaw) > 45;
        for (int u = 0; u < VP_UNITS; u++) {
            assert_true(how.unit[u] >= 0 && how.unit[u] <= 5);
            present[u] += how.unit[u] >= VP_SYNTH_PRESENT;
            if (how.expression == VP_NEUTRAL) assert_true(how.unit[u] < VP_SYNTH_PRESENT);
        }
        if (how.unit[VP_AU26] >= 2) assert_true(how.unit[VP_AU25] >= 1.8f); /* a dropped jaw parts the lips */
        if (how.expression == VP_HAPPINESS) assert_true(how.unit[VP_AU12] >= 2 && how.unit[VP_AU4] < 2);
        if (how.expression == VP_SURPRISE) assert_true(how.unit[VP_AU1] >= 1.9f && how.unit[VP_AU26] >= 1.8f);
    }
    for (int e = 0; e < VP_MIXED; e++) assert_in_range(expressions[e], 650, 950); /* 800 expected, deviation 27 */
    assert_in_range(expressions[VP_MIXED], 1200, 1600);
    for (int o = 0; o < VP_OCCLUDERS; o++) assert_true(occluders[o] > 100);
    for (int u = 0; u < VP_UNITS; u++) assert_true(present[u] > SHOTS / 10 && present[u] < SHOTS * 6 / 10);
    const int signs[3] = {left, up, clockwise};
    for (int k = 0; k < 3; k++) assert_in_range(signs[k], SHOTS / 2 - 250, SHOTS / 2 + 250);
    assert_true(turned > SHOTS / 10);
}

static void splits_follow_a_pattern(void **state) {
    (void)state;
    int count[3] = {0};
    for (uint32_t i = 0; i < 20; i++) {
        count[vp_synth_split_of(i)]++;
        assert_int_equal(vp_synth_split_of(i), vp_synth_split_of(i + 40));
    }
    assert_int_equal(count[VP_SYNTH_TRAIN], 12);
    assert_int_equal(count[VP_SYNTH_VAL], 3);
    assert_int_equal(count[VP_SYNTH_TEST], 5);
    assert_int_equal(vp_synth_split_of(0), VP_SYNTH_TRAIN);
    assert_int_equal(vp_synth_split_of(1), VP_SYNTH_TEST);
}

/* ---- rig --------------------------------------------------------------------------------------------------------- */

static struct vp_synth_face rigged(int unit, float intensity, float yaw, float pitch, float roll) {
    struct vp_synth_identity who = vp_synth_identity_draw(5, 3);
    struct vp_synth_shot how = vp_synth_shot_plain();
    struct vp_synth_face face;
    if (unit >= 0) how.unit[unit] = intensity;
    how.yaw = yaw, how.pitch = pitch, how.roll = roll;
    vp_synth_rig(&who, &how, 64, &face);
    return face;
}

static void muscles_pull_the_right_way(void **state) {
    (void)state;
    struct vp_synth_face rest = rigged(-1, 0, 0, 0, 0), f;
    f = rigged(VP_AU1, 5, 0, 0, 0);
    assert_true(f.brow_in_y > rest.brow_in_y + 0.05f && f.brow_out_y <= rest.brow_out_y);
    f = rigged(VP_AU2, 5, 0, 0, 0);
    assert_true(f.brow_out_y > rest.brow_out_y + 0.05f && f.brow_in_y <= rest.brow_in_y);
    f = rigged(VP_AU4, 5, 0, 0, 0);
    assert_true(f.brow_in_y < rest.brow_in_y - 0.05f && f.brow_in_x < rest.brow_in_x - 0.03f);
    f = rigged(VP_AU6, 5, 0, 0, 0);
    assert_true(f.eye_bottom < 0.5f * rest.eye_bottom && f.cheek_out > rest.cheek_out && f.cheek_y > rest.cheek_y);
    f = rigged(VP_AU9, 5, 0, 0, 0);
    assert_true(f.furrow_nose > rest.furrow_nose + 0.5f && f.nose_wing_y > rest.nose_wing_y);
    f = rigged(VP_AU12, 5, 0, 0, 0);
    assert_true(f.mouth_lift > rest.mouth_lift + 0.08f && f.mouth_width > rest.mouth_width);
    f = rigged(VP_AU25, 5, 0, 0, 0);
    assert_true(f.mouth_top + f.mouth_bottom > 0.05f && f.chin_y == rest.chin_y);
    f = rigged(VP_AU26, 5, 0, 0, 0);
    assert_true(f.chin_y < rest.chin_y - 0.1f);
}

/* Signs as in AFLW2000: yaw > 0 to the picture's left, pitch > 0 up, roll > 0 clockwise; always a rotation. */
static void angles_turn_the_right_way(void **state) {
    (void)state;
    assert_true(rigged(-1, 0, 40, 0, 0).front_x < -0.5f);
    assert_true(rigged(-1, 0, 0, 20, 0).front_y > 0.3f);
    assert_true(rigged(-1, 0, 0, 0, 15).up_x > 0.2f);
    struct vp_synth_face f = rigged(-1, 0, 33, -21, 17);
    const double r[3][3] = {{(double)f.right_x, (double)f.right_y, (double)f.right_z},
                            {(double)f.up_x, (double)f.up_y, (double)f.up_z},
                            {(double)f.front_x, (double)f.front_y, (double)f.front_z}};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            double dot = r[a][0] * r[b][0] + r[a][1] * r[b][1] + r[a][2] * r[b][2];
            assert_true(fabs(dot - (a == b)) < 1e-6);
        }
    assert_true(fabs(r[0][1] * r[1][2] - r[0][2] * r[1][1] - r[2][0]) < 1e-6); /* right x up = front */
}

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

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
    for (int i = 0; i < count; i++) vp_synth_picture(11, (uint32_t)i, (uint32_t)(i % 3), size, &faces[i], NULL, NULL);
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
    for (int u = 0; u < VP_UNITS; u++) faces[u] = rigged(u, 5, 0, 0, 0);
    faces[VP_UNITS] = rigged(-1, 0, 0, 0, 0);
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

/* ---- sets -------------------------------------------------------------------------------------------------------- */

enum { PEOPLE = 10, IMAGES = 34, SIZE = 20 }; /* 4 pictures of the first four, 3 of the others; 3 test people */

struct csv_line {
    char path[32], identity[32], split[8], expression[16];
    float intensity[VP_UNITS], yaw, pitch, roll;
    int present[VP_UNITS];
};

static char *file_text(const char *folder, const char *name) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("no %s", path);
    char *text = calloc(1 << 20, 1);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* The next field of *line, which moves behind it. */
static const char *field(char **line) {
    char *start = *line, *end = start + strcspn(start, ",\n");
    *line = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static int read_labels(const char *folder, struct csv_line *lines) {
    char *text = file_text(folder, "labels.csv"), *at = strchr(text, '\n') + 1;
    static const char head[] = "path,identity,split,expression,AU1_r,AU2_r,AU4_r,AU6_r,AU9_r,AU12_r,AU25_r,AU26_r,"
                               "AU1_c,AU2_c,AU4_c,AU6_c,AU9_c,AU12_c,AU25_c,AU26_c,yaw,pitch,roll,";
    assert_memory_equal(text, head, sizeof head - 1);
    int count = 0;
    while (*at) {
        assert_true(count < IMAGES);
        struct csv_line *line = &lines[count++];
        char *next = at + strcspn(at, "\n") + 1;
        snprintf(line->path, sizeof line->path, "%s", field(&at));
        snprintf(line->identity, sizeof line->identity, "%s", field(&at));
        snprintf(line->split, sizeof line->split, "%s", field(&at));
        snprintf(line->expression, sizeof line->expression, "%s", field(&at));
        for (int u = 0; u < VP_UNITS; u++) line->intensity[u] = strtof(field(&at), NULL);
        for (int u = 0; u < VP_UNITS; u++) line->present[u] = atoi(field(&at));
        line->yaw = strtof(field(&at), NULL), line->pitch = strtof(field(&at), NULL),
        line->roll = strtof(field(&at), NULL);
        at = next;
    }
    free(text);
    return count;
}

static void labels_say_what_was_drawn(const struct csv_line *lines) {
    int row = 0;
    for (uint32_t p = 0; p < PEOPLE; p++) {
        struct vp_synth_identity who = vp_synth_identity_draw(9, p);
        char identity[20], path[40];
        snprintf(identity, sizeof identity, "identity_%05u", p + 1);
        for (uint32_t i = 0; i < (p < 4 ? 4u : 3u); i++, row++) {
            struct vp_synth_shot how = vp_synth_shot_draw(9, p, i, &who);
            snprintf(path, sizeof path, "%s/%05u.png", identity, i + 1);
            assert_string_equal(lines[row].path, path);
            assert_string_equal(lines[row].identity, identity);
            assert_string_equal(lines[row].split, vp_synth_split_name(vp_synth_split_of(p)));
            assert_string_equal(lines[row].expression,
                                how.expression == VP_MIXED ? "" : vp_synth_expression_name(how.expression));
            for (int u = 0; u < VP_UNITS; u++) {
                assert_true(fabsf(lines[row].intensity[u] - how.unit[u]) < 0.001f);
                assert_int_equal(lines[row].present[u], how.unit[u] >= 2);
            }
            assert_true(fabsf(lines[row].yaw - how.yaw) < 0.001f && fabsf(lines[row].pitch - how.pitch) < 0.001f);
        }
    }
    assert_int_equal(row, IMAGES);
}

static const struct csv_line *line_of(const struct csv_line *lines, const char *path) {
    for (int i = 0; i < IMAGES; i++)
        if (strcmp(lines[i].path, path) == 0) return &lines[i];
    fail_msg("%s has no label", path);
    return NULL;
}

/* `lines` of 80 people would be long: pairs are checked with few people here, ten folds below. */
static int check_pairs(const char *folder, const struct csv_line *lines, int folds) {
    char *text = file_text(folder, "pairs.csv"), *at = strchr(text, '\n') + 1;
    char owner[100][2] = {{0}};
    int count[11][2] = {{0}}, total = 0;
    assert_memory_equal(text, "fold,same,image_a,image_b\n", 26);
    while (*at) {
        int fold = atoi(field(&at)), same = atoi(field(&at));
        char a[32], b[32];
        snprintf(a, sizeof a, "%s", field(&at));
        snprintf(b, sizeof b, "%s", field(&at));
        assert_in_range(fold, 1, folds);
        assert_string_not_equal(a, b);
        assert_int_equal(same, strncmp(a, b, 14) == 0);
        for (int k = 0; k < 2; k++) {
            int person = atoi((k ? b : a) + 9);
            assert_in_range(person, 1, 99);
            assert_int_equal(vp_synth_split_of((uint32_t)person - 1), VP_SYNTH_TEST);
            if (lines) assert_string_equal(line_of(lines, k ? b : a)->split, "test");
            if (!owner[person][0]) owner[person][0] = (char)fold;
            assert_int_equal(owner[person][0], fold); /* nobody is in two folds */
        }
        count[fold][same]++, total++;
    }
    for (int fold = 1; fold <= folds; fold++) {
        assert_true(count[fold][0] > 0);
        assert_int_equal(count[fold][0], count[fold][1]);
    }
    free(text);
    return total;
}

static void write_set(struct vp_gpu *gpu, const char *folder, bool packed, int people, int images, int size) {
    struct vp_error err = {0};
    const struct vp_synth_request request = {
        .folder = folder, .identities = people, .images = images, .size = size, .seed = 9, .packed = packed};
    must(vp_synth_write(gpu, &request, &err), &err);
}

static void trees_and_packed_sets_hold_the_same(void **state) {
    char root[256], tree[300], packed[300], path[700];
    tree_create(root);
    snprintf(tree, sizeof tree, "%s/tree", root);
    snprintf(packed, sizeof packed, "%s/made/packed", root);
    write_set(*state, tree, false, PEOPLE, IMAGES, SIZE);
    write_set(*state, packed, true, PEOPLE, IMAGES, SIZE);
    static struct csv_line lines[IMAGES];
    assert_int_equal(read_labels(tree, lines), IMAGES);
    labels_say_what_was_drawn(lines);
    assert_true(check_pairs(tree, lines, 1) > 0);
    static const char *const files[] = {"labels.csv", "identities.csv", "pairs.csv"};
    for (int i = 0; i < 3; i++) {
        char *a = file_text(tree, files[i]), *b = file_text(packed, files[i]);
        assert_string_equal(a, b);
        free(a), free(b);
    }

    struct vp_source *source;
    struct vp_error err = {0};
    const char *paths[] = {tree};
    must(vp_source_open(paths, 1, VP_LAYOUT_AUTO, NULL, &source, &err), &err);
    assert_int_equal(vp_source_images(source), IMAGES);
    assert_int_equal(vp_source_items(source), PEOPLE); /* read as an identity tree */
    vp_source_destroy(source);

    struct vp_array array;
    snprintf(path, sizeof path, "%s/images.npy", packed);
    must(vp_npy_read(path, &array, &err), &err);
    const int64_t shape[4] = {IMAGES, SIZE, SIZE, 3};
    assert_true(vp_array_is(&array, VP_ARRAY_U8, 4, shape));
    for (int i = 0; i < IMAGES; i++) {
        struct vp_image image;
        snprintf(path, sizeof path, "%s/%.31s", tree, lines[i].path);
        must(vp_image_load(path, &image, &err), &err);
        assert_int_equal(image.width, SIZE);
        assert_memory_equal(image.rgb, (unsigned char *)array.data + (size_t)(i * SIZE * SIZE * 3), SIZE * SIZE * 3);
        vp_image_fini(&image);
    }
    vp_array_fini(&array);
    tree_remove(root);
}

static void ten_folds_share_nobody(void **state) {
    char root[256], folder[300];
    tree_create(root);
    snprintf(folder, sizeof folder, "%s/set", root);
    write_set(*state, folder, true, 80, 240, 16); /* 20 test people, three pictures each */
    assert_int_equal(check_pairs(folder, NULL, 10), 10 * 2 * 3);
    tree_remove(root);
}

static void expect_refusal(struct vp_gpu *gpu, struct vp_synth_request request, enum vp_status status,
                           const char *sentence) {
    struct vp_error err = {0};
    assert_int_equal(vp_synth_write(gpu, &request, &err), status);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" lacks \"%s\"", err.message, sentence);
}

static void wrong_requests_are_refused(void **state) {
    char root[256], folder[300];
    struct stat info;
    tree_create(root);
    snprintf(folder, sizeof folder, "%s/set", root);
    const struct vp_synth_request good = {.folder = folder, .identities = 2, .images = 4, .size = 16};
    struct vp_synth_request request = good;
    request.identities = 0;
    expect_refusal(*state, request, VP_ERR_USAGE, "0 identities: expected at least one");
    request = good, request.images = 1;
    expect_refusal(*state, request, VP_ERR_USAGE, "1 images of 2 identities");
    request = good, request.size = 7;
    expect_refusal(*state, request, VP_ERR_USAGE, "faces of 7 pixels: expected 16 to 1024");
    request = good, request.folder = root; /* holds a file */
    tree_text(root, "note.txt", "mine");
    expect_refusal(*state, request, VP_ERR_USAGE, "holds something already");
    tree_text(root, "file", "no folder");
    snprintf(folder, sizeof folder, "%s/file", root);
    expect_refusal(*state, good, VP_ERR_IO, "file");
    /* A name that a folder has taken fails at the end; nothing of the set stays behind. */
    snprintf(folder, sizeof folder, "%s/set", root);
    assert_int_not_equal(stat(folder, &info), 0);
    tree_remove(root);
}

static void sheets_are_rows_by_columns(void **state) {
    struct vp_image sheet;
    struct vp_error err = {0};
    must(vp_synth_sheet(*state, 3, 2, 16, &sheet, &err), &err);
    assert_int_equal(sheet.height, 2 + 2 * 18);
    assert_int_equal((sheet.width - 2) % 18, 0);
    assert_true((sheet.width - 2) / 18 > VP_MIXED + 2);
    vp_image_fini(&sheet);
}

static int open_device(void **state) {
    *state = gpu_for_tests(NULL);
    return 0;
}

static int close_device(void **state) {
    int messages = vp_gpu_validation_messages(*state);
    vp_gpu_destroy(*state);
    return messages;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_vary_in_every_trait), cmocka_unit_test(shots_stay_in_range_and_are_balanced),
        cmocka_unit_test(splits_follow_a_pattern),        cmocka_unit_test(muscles_pull_the_right_way),
        cmocka_unit_test(angles_turn_the_right_way),      cmocka_unit_test(the_reference_sees_the_same),
        cmocka_unit_test(units_show_where_they_are),      cmocka_unit_test(trees_and_packed_sets_hold_the_same),
        cmocka_unit_test(ten_folds_share_nobody),         cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(sheets_are_rows_by_columns),
    };
    return cmocka_run_group_tests(tests, open_device, close_device);
}
