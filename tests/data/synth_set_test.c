/* Synthetic sets: trees, packed sets, labels and pairs agree with each other and with what was drawn. */
#include "gpu_for_tests.h"
#include "image_tree.h"
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
            struct vp_synth_shot how = vp_synth_shot_draw(9, p, i, 0.5f, &who);
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
    const struct vp_synth_request request = {.folder = folder,
                                             .identities = people,
                                             .images = images,
                                             .size = size,
                                             .seed = 9,
                                             .nuisance = 0.5f,
                                             .packed = packed};
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
    request.nuisance = 1.5f;
    expect_refusal(*state, request, VP_ERR_USAGE, "a nuisance of 1.5: expected 0 to 1");
    request = good, request.identities = 0;
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_and_packed_sets_hold_the_same),
        cmocka_unit_test(ten_folds_share_nobody),
        cmocka_unit_test(wrong_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, group_gpu_open, group_gpu_close);
}
