/* Sources: every kind on generated trees, the layouts told apart, orders and draws, an index of a million images. */
#include "data/order.h"
#include "data/source_internal.h"
#include "image_tree.h"
#include "vkpcl/source.h"
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

static const char *below(const char *name) {
    static char paths[4][600];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", root, name);
    return paths[turn];
}

static struct vp_source *opened(const char *name, enum vp_data_layout layout) {
    const char *path = below(name);
    struct vp_source *source;
    struct vp_error err = {0};
    if (vp_source_open(&path, 1, layout, NULL, &source, &err) != VP_OK) fail_msg("%s", err.message);
    return source;
}

static void expect_refusal(const char *name, enum vp_data_layout layout, enum vp_status status, const char *sentence) {
    const char *path = below(name);
    struct vp_source *source;
    struct vp_error err = {0};
    assert_int_equal(vp_source_open(&path, 1, layout, NULL, &source, &err), status);
    assert_null(source);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" lacks \"%s\"", err.message, sentence);
    assert_non_null(strstr(err.message, name));
}

static void expect_path(const struct vp_source *source, uint32_t image, const char *name) {
    char path[600];
    const char *expected = *name == '/' ? name : below(name);
    assert_int_equal(vp_source_path(source, image, path, sizeof path), strlen(expected));
    assert_string_equal(path, expected);
}

static enum vp_data_layout layout_of(const struct vp_source *source) {
    int count;
    const struct vp_source_part *parts = vp_source_parts(source, &count);
    assert_int_equal(count, 1);
    return parts[0].layout;
}

static void touch(const char *name) {
    tree_text(root, name, ""); /* sources look at names only */
}

static void folders_are_read_in_order_of_names(void **state) {
    (void)state;
    static const char *const names[] = {"photos/b.JPG",     "photos/a.png",       "photos/z/c.jpeg",   "photos/m/d.bmp",
                                        "photos/m/e/f.PgM", "photos/.hidden.png", "photos/readme.txt", "photos/m/x.ppm",
                                        "photos/y.tif",     "photos/jpg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) touch(names[i]);
    struct vp_source *source = opened("photos", VP_LAYOUT_AUTO);
    static const char *const expected[] = {"photos/a.png",   "photos/b.JPG",     "photos/m/d.bmp",
                                           "photos/m/x.ppm", "photos/m/e/f.PgM", "photos/z/c.jpeg"};
    assert_int_equal(layout_of(source), VP_LAYOUT_FOLDER); /* images in the root */
    assert_int_equal(vp_source_images(source), 6);
    assert_int_equal(vp_source_items(source), 6);
    for (uint32_t i = 0; i < 6; i++) expect_path(source, i, expected[i]);
    char brief[5];
    assert_int_equal(vp_source_path(source, 0, brief, sizeof brief), strlen(below("photos/a.png")));
    assert_int_equal(brief[4], 0);
    vp_source_destroy(source);
}

static void identity_trees_draw_a_video_then_a_frame(void **state) {
    (void)state;
    /* Anna: a video of one frame and one of four; Ben: frames without a video; Carl: nothing to see. */
    touch("people/anna/v1/0.jpg");
    static const char *const more[] = {"people/anna/v2/0.jpg", "people/anna/v2/1.jpg", "people/anna/v2/2.jpg",
                                       "people/anna/v2/3.jpg", "people/ben/0.jpg",     "people/ben/1.jpg"};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) touch(more[i]);
    touch("people/carl/notes.txt");
    struct vp_source *source = opened("people", VP_LAYOUT_AUTO);
    assert_int_equal(layout_of(source), VP_LAYOUT_IDENTITY);
    assert_int_equal(vp_source_images(source), 7);
    assert_int_equal(vp_source_items(source), 2);
    expect_path(source, 0, "people/anna/v1/0.jpg");
    expect_path(source, 6, "people/ben/1.jpg");
    enum { EPOCHS = 4000 };
    int count[7] = {0};
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        uint32_t a = vp_source_pick(source, 5, epoch, 0), b = vp_source_pick(source, 5, epoch, 1);
        assert_true((a < 5) != (b < 5)); /* each person once */
        count[a]++, count[b]++;
    }
    /* Videos are equally likely, whatever they hold: 1/2, then 1/8 each; Ben's frames 1/2. Five deviations: 160. */
    static const double share[7] = {0.5, 0.125, 0.125, 0.125, 0.125, 0.5, 0.5};
    for (int i = 0; i < 7; i++) assert_true(abs(count[i] - (int)(share[i] * EPOCHS)) < 160);
    vp_source_destroy(source);
}

static void layouts_are_told_apart(void **state) {
    (void)state;
    touch("one/anna/0.jpg"), touch("one/anna/1.jpg");
    touch("singles/anna/0.jpg"), touch("singles/ben/0.jpg");
    touch("split/train/0.jpg"), touch("split/train/1.jpg"), touch("split/test/0.jpg");
    touch("mixed/anna/0.jpg"), touch("mixed/anna/1.jpg"), touch("mixed/ben/0.jpg"), touch("mixed/cover.jpg");
    static const char *const folders[] = {"one", "singles", "split", "mixed"};
    for (int i = 0; i < 4; i++) {
        struct vp_source *source = opened(folders[i], VP_LAYOUT_AUTO);
        assert_int_equal(layout_of(source), VP_LAYOUT_FOLDER);
        vp_source_destroy(source);
    }
    struct vp_source *source = opened("mixed", VP_LAYOUT_IDENTITY); /* asked for: what belongs to nobody stays out */
    assert_int_equal(vp_source_images(source), 3);
    assert_int_equal(vp_source_items(source), 2);
    vp_source_destroy(source);
    source = opened("singles", VP_LAYOUT_IDENTITY);
    assert_int_equal(vp_source_items(source), 2);
    vp_source_destroy(source);
}

static void lists_name_paths(void **state) {
    (void)state;
    tree_text(root, "lists/faces.csv",
              "\xef\xbb\xbf"
              "file,person\n"
              "# a remark\n\n"
              "a/1.jpg,anna\r\n"
              "b with space.PNG\t7\n"
              "\"c.bmp\",ben\n"
              "/far/away.jpeg\n"
              "d.v2.pgm 3 4 5");
    struct vp_source *source = opened("lists/faces.csv", VP_LAYOUT_AUTO);
    assert_int_equal(layout_of(source), VP_LAYOUT_LIST);
    assert_int_equal(vp_source_items(source), 5);
    static const char *const expected[] = {"lists/a/1.jpg", "lists/b with space.PNG", "lists/c.bmp", "/far/away.jpeg",
                                           "lists/d.v2.pgm"};
    for (uint32_t i = 0; i < 5; i++) expect_path(source, i, expected[i]);
    vp_source_destroy(source);
    tree_text(root, "lists/bad.txt", "a.jpg 1\nb.jpg 2\nc.gif 3\n");
    expect_refusal("lists/bad.txt", VP_LAYOUT_AUTO, VP_ERR_FORMAT, "bad.txt:3: expected");
    tree_text(root, "lists/empty.txt", "# nothing\n");
    expect_refusal("lists/empty.txt", VP_LAYOUT_LIST, VP_ERR_USAGE, "names no images");
}

static void what_makes_no_source_is_refused(void **state) {
    (void)state;
    expect_refusal("missing", VP_LAYOUT_AUTO, VP_ERR_IO, "there is no folder or list file");
    touch("texts/a.txt"), touch("texts/b/c.gif");
    expect_refusal("texts", VP_LAYOUT_AUTO, VP_ERR_USAGE, "holds no images (jpg, jpeg, png, bmp, pgm, ppm): 2 other");
    expect_refusal("texts", VP_LAYOUT_LIST, VP_ERR_USAGE, "needs a text file");
    expect_refusal("texts/a.txt", VP_LAYOUT_FOLDER, VP_ERR_USAGE, "needs a folder");
    touch("plain/0.jpg");
    expect_refusal("plain", VP_LAYOUT_IDENTITY, VP_ERR_USAGE, "is no identity tree");
    expect_refusal("plain/0.jpg", VP_LAYOUT_AUTO, VP_ERR_USAGE, "is one image");
}

static void several_sources_make_one(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "tree/anna/%d.jpg", i), touch(name);
        snprintf(name, sizeof name, "tree/ben/%d/0.jpg", i), touch(name);
        snprintf(name, sizeof name, "heap/%d.jpg", i), touch(name);
    }
    char heap[300], tree[300], slashed[310];
    snprintf(heap, sizeof heap, "%s/heap", root);
    snprintf(tree, sizeof tree, "%s/tree", root);
    snprintf(slashed, sizeof slashed, "%s/", tree);
    const char *const paths[] = {tree, heap, slashed};
    struct vp_source *source;
    struct vp_error err = {0};
    assert_int_equal(vp_source_open(paths, 3, VP_LAYOUT_AUTO, NULL, &source, &err), VP_OK);
    assert_int_equal(vp_source_images(source), 20);
    assert_int_equal(vp_source_items(source), 8);
    expect_path(source, 8, "heap/0.jpg");
    expect_path(source, 12, "tree/anna/0.jpg");
    int count[20] = {0};
    for (uint32_t epoch = 0; epoch < 100; epoch++)
        for (uint64_t position = 0; position < 8; position++) count[vp_source_pick(source, 1, epoch, position)]++;
    for (int i = 0; i < 4; i++) assert_int_equal(count[8 + i], 100); /* an image of the heap once an epoch */
    for (int person = 0; person < 20; person += person == 4 ? 8 : 4) {
        if (person == 8) continue;
        int sum = 0;
        for (int i = 0; i < 4; i++) assert_true(count[person + i] > 0), sum += count[person + i];
        assert_int_equal(sum, 100);
    }
    int parts;
    const struct vp_source_part *part = vp_source_parts(source, &parts);
    assert_int_equal(parts, 3);
    assert_int_equal(part[1].first_image, 8);
    assert_int_equal(part[1].layout, VP_LAYOUT_FOLDER);
    assert_int_equal(part[2].first_item, 6);
    vp_source_destroy(source);

    /* One missing path spoils all, and the reason names it. */
    const char *const wrong[] = {heap, "/nowhere/at/all"};
    assert_int_equal(vp_source_open(wrong, 2, VP_LAYOUT_AUTO, NULL, &source, &err), VP_ERR_IO);
    assert_non_null(strstr(err.message, "/nowhere/at/all"));
}

static void fingerprints_know_names_not_places(void **state) {
    (void)state;
    static const char *const trees[] = {"here/set/a/0.jpg", "here/set/b/1.jpg", "there/far/set/a/0.jpg",
                                        "there/far/set/b/1.jpg"};
    for (int i = 0; i < 4; i++) touch(trees[i]);
    struct vp_source *a = opened("here/set", VP_LAYOUT_AUTO), *b = opened("there/far/set/", VP_LAYOUT_AUTO);
    struct vp_source *c = opened("here/set", VP_LAYOUT_IDENTITY);
    touch("here/set/b/2.jpg");
    struct vp_source *d = opened("here/set", VP_LAYOUT_FOLDER);
    assert_true(vp_source_fingerprint(a) == vp_source_fingerprint(b));
    assert_true(vp_source_fingerprint(a) != vp_source_fingerprint(c));
    assert_true(vp_source_fingerprint(a) != vp_source_fingerprint(d));
    vp_source_destroy(a), vp_source_destroy(b), vp_source_destroy(c), vp_source_destroy(d);
}

static void orders_are_permutations(void **state) {
    (void)state;
    static const uint32_t counts[] = {1, 2, 3, 31, 64, 65, 100, 127, 128, 129, 1000, 4097};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        uint32_t n = counts[c], same = 0, other = 0;
        unsigned char *seen = calloc(n, 1);
        assert_non_null(seen);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t x = vp_order_at(9, 77, 3, n, i);
            assert_true(x < n && !seen[x]);
            seen[x] = 1;
            same += x == i;
            other += x == vp_order_at(9, 78, 3, n, i) || x == vp_order_at(10, 77, 3, n, i) ||
                     x == vp_order_at(9, 77, 4, n, i);
        }
        free(seen);
        /* Fixed points of random orders: one on average; below 12 always, as good as. */
        if (n > 12) assert_true(same < 12 && other < 24);
    }
    /* Every place is as likely as every other, also where the network is smallest. */
    enum { N = 70, LAPS = 7000 };
    static int hits[N][N];
    for (uint32_t lap = 0; lap < LAPS; lap++)
        for (uint32_t i = 0; i < N; i += 23) hits[i][vp_order_at(1, 2, lap, N, i)]++;
    for (int i = 0; i < N; i += 23)
        for (int x = 0; x < N; x++) assert_in_range(hits[i][x], 50, 150); /* 100 expected, deviation 10 */
}

static void laps_go_on_behind_the_last_item(void **state) {
    (void)state;
    for (int i = 0; i < 7; i++) {
        char name[64];
        snprintf(name, sizeof name, "few/%d.jpg", i), touch(name);
    }
    struct vp_source *source = opened("few", VP_LAYOUT_AUTO);
    bool differs = false;
    for (uint64_t lap = 0; lap < 5; lap++) {
        unsigned seen = 0;
        for (uint64_t i = 0; i < 7; i++) {
            uint32_t image = vp_source_pick(source, 3, 0, 7 * lap + i);
            seen |= 1u << image;
            differs |= image != vp_source_pick(source, 3, 0, i);
        }
        assert_int_equal(seen, 127);
    }
    assert_true(differs);
    vp_source_destroy(source);
}

/* The shape of VoxCeleb: 7,000 people, three videos each, long names. */
static void a_million_images_cost_little(void **state) {
    (void)state;
    enum { PEOPLE = 7000, VIDEOS = 3, IMAGES = 1200000 };
    struct vp_source *source = vp_source_begin();
    vp_source_begin_part(source, "/data/voxceleb/unzippedFaces");
    uint32_t added = 0;
    for (uint32_t folder = 0; folder < PEOPLE * VIDEOS; folder++) {
        char name[96];
        snprintf(name, sizeof name, "/data/voxceleb/unzippedFaces/id%05u/%011u", folder / VIDEOS, folder * 7919u);
        vp_source_add_folder(source, name, folder % VIDEOS == 0);
        uint32_t end = (uint32_t)((uint64_t)IMAGES * (folder + 1) / (PEOPLE * VIDEOS));
        for (; added < end; added++) {
            snprintf(name, sizeof name, "frame_%07u.jpg", added);
            vp_source_add_image(source, name);
        }
    }
    vp_source_end_part(source, VP_LAYOUT_IDENTITY);
    vp_source_finish(source);
    assert_int_equal(vp_source_images(source), IMAGES);
    assert_int_equal(vp_source_items(source), PEOPLE);
    double each = (double)vp_source_bytes(source) / IMAGES;
    print_message("%.1f bytes of index per image\n", each);
    assert_true(each < 64);
    unsigned char *seen = calloc(PEOPLE, 1);
    assert_non_null(seen);
    for (uint64_t i = 0; i < PEOPLE; i++) {
        uint32_t person = (uint32_t)(((uint64_t)(vp_source_pick(source, 1, 2, i) + 1) * PEOPLE - 1) / IMAGES);
        assert_int_equal(seen[person], 0);
        seen[person] = 1;
    }
    free(seen);
    uint64_t sum = 0;
    for (uint32_t epoch = 0; epoch < 30; epoch++)
        for (uint64_t i = 0; i < PEOPLE; i++) sum += vp_source_pick(source, 1, epoch, i);
    /* Frames are drawn from all over: the mean number is the middle, within five deviations. */
    double mean = (double)sum / (30.0 * PEOPLE);
    assert_true(mean > 0.49 * IMAGES && mean < 0.51 * IMAGES);
    expect_path(source, 1199999, "/data/voxceleb/unzippedFaces/id06999/00166291081/frame_1199999.jpg");
    vp_source_destroy(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folders_are_read_in_order_of_names, enter, leave),
        cmocka_unit_test_setup_teardown(identity_trees_draw_a_video_then_a_frame, enter, leave),
        cmocka_unit_test_setup_teardown(layouts_are_told_apart, enter, leave),
        cmocka_unit_test_setup_teardown(lists_name_paths, enter, leave),
        cmocka_unit_test_setup_teardown(what_makes_no_source_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(several_sources_make_one, enter, leave),
        cmocka_unit_test_setup_teardown(fingerprints_know_names_not_places, enter, leave),
        cmocka_unit_test(orders_are_permutations),
        cmocka_unit_test_setup_teardown(laps_go_on_behind_the_last_item, enter, leave),
        cmocka_unit_test(a_million_images_cost_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
