/* Packing: any number of threads, a stop in the middle, what is left out; and that a packed set is the same source. */
#include "data/crop.h"
#include "data/packed.h"
#include "data/picture.h"
#include "image_tree.h"
#include "vkpcl/file.h"
#include "vkpcl/labels.h"
#include "vkpcl/loader.h"
#include "vkpcl/npy.h"
#include "vkpcl/pack.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PEOPLE = 31, FRAMES = 11, SIZE = 24, BROKEN = 4 };
static char root[256];
static struct vp_source *tree;

static const char *below(const char *name) {
    static char paths[6][600];
    static int turn;
    turn = (turn + 1) % 6;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", root, name);
    return paths[turn];
}

static struct vp_source *opened(const char *path, enum vp_data_layout layout) {
    struct vp_source *source;
    struct vp_error err = {0};
    if (vp_source_open(&path, 1, layout, NULL, &source, &err) != VP_OK) fail_msg("%s", err.message);
    return source;
}

/* 31 people, two videos each of 5 and 6 frames: more than one piece of work. Four files are no images. */
static int enter(void **state) {
    (void)state;
    tree_create(root);
    for (int person = 0; person < PEOPLE; person++) {
        for (int frame = 0; frame < FRAMES; frame++) {
            char name[64];
            snprintf(name, sizeof name, "people/p%02d/v%d/%02d.png", person, frame >= 5, frame);
            tree_image(root, name, 30 + frame, 40 - person % 7, person * 16 + frame);
        }
    }
    tree_text(root, "people/p03/v0/01x.jpg", "no image");
    tree_text(root, "people/p17/v2/0.jpg", "");
    tree_text(root, "people/p30/v1/99.png", "no image");
    tree_text(root, "people/nobody/v/0.jpg", "no image");
    tree = opened(below("people"), VP_LAYOUT_AUTO);
    assert_int_equal(vp_source_images(tree), PEOPLE * FRAMES + BROKEN);
    return 0;
}

static int leave(void **state) {
    (void)state;
    vp_source_destroy(tree);
    tree_remove(root);
    return 0;
}

static struct vp_pack_request usual(const char *out) {
    return (struct vp_pack_request){.source = tree, .folder = out, .size = SIZE, .margin = 0.2, .threads = 1};
}

static struct vp_pack_result packed(const struct vp_pack_request *request) {
    struct vp_pack_result result;
    struct vp_error err = {0};
    if (vp_pack(request, &result, &err) != VP_OK) fail_msg("%s", err.message);
    return result;
}

static void refuse(const struct vp_pack_request *request, enum vp_status status, const char *sentence) {
    struct vp_pack_result result;
    struct vp_error err = {0};
    assert_int_equal(vp_pack(request, &result, &err), status);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" lacks \"%s\"", err.message, sentence);
}

static bool exists(const char *folder, const char *name) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void same_files(const char *a, const char *b) {
    static const char *const names[] = {VP_PACKED_IMAGES, VP_PACKED_LABELS, VP_PACKED_INDEX, VP_PACKED_BROKEN};
    for (int i = 0; i < 4; i++) {
        unsigned char *x, *y;
        size_t x_bytes, y_bytes;
        char path[700];
        snprintf(path, sizeof path, "%s/%s", a, names[i]);
        assert_int_equal(vp_file_read(path, &x, &x_bytes, NULL), VP_OK);
        snprintf(path, sizeof path, "%s/%s", b, names[i]);
        assert_int_equal(vp_file_read(path, &y, &y_bytes, NULL), VP_OK);
        assert_int_equal(x_bytes, y_bytes);
        assert_memory_equal(x, y, x_bytes);
        free(x), free(y);
    }
    static const char *const gone[] = {"images.npy.tmp", "labels.csv.tmp", "broken.txt.tmp", "pack.rows.tmp",
                                       "pack.progress"};
    for (int i = 0; i < 5; i++) assert_false(exists(a, gone[i]) || exists(b, gone[i]));
}

static void rows_are_crops_in_order(void **state) {
    (void)state;
    struct vp_pack_request request = usual(below("out"));
    char sheet[600];
    snprintf(sheet, sizeof sheet, "%s", below("sheet.png"));
    request.preview = sheet;
    struct vp_pack_result result = packed(&request);
    assert_int_equal(result.images, PEOPLE * FRAMES);
    assert_int_equal(result.left_out, BROKEN);
    assert_int_equal(result.resumed_at, 0);
    struct vp_array array;
    assert_int_equal(vp_npy_read(below("out/images.npy"), &array, NULL), VP_OK);
    assert_true(vp_array_is(&array, VP_ARRAY_U8, 4, (const int64_t[]){PEOPLE * FRAMES, SIZE, SIZE, 3}));
    const unsigned char *row = array.data;
    for (uint32_t i = 0; i < vp_source_images(tree); i++) {
        char path[600];
        vp_source_path(tree, i, path, sizeof path);
        struct vp_image image;
        if (vp_image_load(path, &image, NULL) != VP_OK) continue;
        unsigned char expected[SIZE * SIZE * 3];
        struct vp_crop crop = vp_crop_centre(image.width, image.height, SIZE);
        vp_crop_sample(&crop, image.rgb, image.width, image.height, SIZE, expected);
        assert_memory_equal(row, expected, sizeof expected);
        row += sizeof expected;
        vp_image_fini(&image);
    }
    vp_array_fini(&array);
    unsigned char *broken;
    size_t bytes;
    assert_int_equal(vp_file_read(below("out/broken.txt"), &broken, &bytes, NULL), VP_OK);
    static const char *const listed[] = {"nobody/v/0.jpg", "p03/v0/01x.jpg", "p17/v2/0.jpg: the file is empty",
                                         "p30/v1/99.png"};
    for (int i = 0; i < BROKEN; i++) assert_non_null(strstr((const char *)broken, listed[i]));
    free(broken);
    struct vp_image image;
    assert_int_equal(vp_image_load(sheet, &image, NULL), VP_OK);
    assert_int_equal(image.width, 8 * (SIZE + 4) + 4);
    vp_image_fini(&image);
    result = packed(&request); /* again: nothing to do */
    assert_int_equal(result.resumed_at, vp_source_images(tree));
    assert_int_equal(result.images, PEOPLE * FRAMES);
    request.size++;
    refuse(&request, VP_ERR_USAGE, "holds a packed set of other images or another recipe");
}

static bool stop_at_once(void *context) {
    (void)context;
    return true;
}

static void threads_and_stops_change_nothing(void **state) {
    (void)state;
    struct vp_pack_request one = usual(below("one")), many = usual(below("many")), halves = usual(below("halves"));
    packed(&one);
    many.threads = 5;
    packed(&many);
    same_files(one.folder, many.folder);
    halves.stop = stop_at_once;
    refuse(&halves, VP_ERR_INTERRUPTED, "stopped after 256 of 345 images");
    assert_true(exists(halves.folder, "images.npy.tmp"));
    assert_false(exists(halves.folder, "images.npy"));
    const char *path = halves.folder;
    struct vp_source *source;
    struct vp_error err = {0};
    assert_int_equal(vp_source_open(&path, 1, VP_LAYOUT_AUTO, NULL, &source, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "is not finished"));
    /* What a kill leaves behind the last certain byte is cut off. */
    static const char *const torn[] = {"halves/images.npy.tmp", "halves/labels.csv.tmp", "halves/pack.rows.tmp"};
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(below(torn[i]), "ab");
        assert_non_null(file);
        fputs("half a row", file);
        fclose(file);
    }
    struct vp_pack_request other = halves;
    other.size++;
    refuse(&other, VP_ERR_USAGE, "holds an unfinished set of other images or another recipe");
    halves.threads = 3, halves.stop = NULL;
    assert_int_equal(packed(&halves).resumed_at, 256);
    same_files(one.folder, halves.folder);
    /* A file that lost bytes is noticed. */
    struct vp_pack_request cut = usual(below("cut"));
    cut.stop = stop_at_once;
    refuse(&cut, VP_ERR_INTERRUPTED, "stopped");
    assert_int_equal(truncate(below("cut/images.npy.tmp"), 1000), 0);
    refuse(&cut, VP_ERR_FORMAT, "is shorter than");
}

static void a_packed_set_is_the_same_source(void **state) {
    (void)state;
    struct vp_pack_request request = usual(below("out"));
    packed(&request);
    struct vp_source *set = opened(request.folder, VP_LAYOUT_AUTO);
    int parts;
    const struct vp_source_part *part = vp_source_parts(set, &parts);
    assert_int_equal(parts, 1);
    assert_true(part->packed);
    assert_int_equal(part->layout, VP_LAYOUT_IDENTITY);
    assert_int_equal(vp_source_images(set), PEOPLE * FRAMES);
    assert_int_equal(vp_source_items(set), PEOPLE); /* nobody is left out, p17 lost a video of broken frames only */
    /* The same tree without what is broken draws the same images. */
    static const char *const broken[] = {"people/p03/v0/01x.jpg", "people/p17/v2/0.jpg", "people/p30/v1/99.png",
                                         "people/nobody/v/0.jpg"};
    for (int i = 0; i < BROKEN; i++) assert_int_equal(unlink(below(broken[i])), 0);
    struct vp_source *files = opened(below("people"), VP_LAYOUT_IDENTITY);
    for (uint32_t epoch = 0; epoch < 20; epoch++)
        for (uint64_t i = 0; i < 2 * PEOPLE; i++)
            assert_int_equal(vp_source_pick(set, 3, epoch, i), vp_source_pick(files, 3, epoch, i));
    assert_true(vp_source_fingerprint(set) != vp_source_fingerprint(files));
    char path[600];
    vp_source_path(set, 40, path, sizeof path);
    assert_non_null(strstr(path, "out/images.npy[40]"));
    /* The loader hands out its rows, as they are, shrunk, and grey. */
    for (int way = 0; way < 3; way++) {
        struct vp_loader_settings settings = {.seed = 5,
                                              .batch = 9,
                                              .max_side = way == 1 ? SIZE / 2 : 64,
                                              .grey = way == 2,
                                              .threads = 2,
                                              .max_broken = 0,
                                              .cache_bytes = 1 << 20};
        struct vp_loader *loader = vp_loader_create(set, &settings);
        for (uint32_t step = 0; step < 9; step++) {
            struct vp_loader_batch batch;
            assert_int_equal(vp_loader_next(loader, &batch, NULL), VP_OK);
            for (int i = 0; i < 9; i++) {
                int width, height, side = way == 1 ? SIZE / 2 : SIZE;
                const unsigned char *row = vp_source_pixels(set, batch.numbers[i], &width, &height);
                const unsigned char *given = batch.pixels + batch.sources[i].offset;
                assert_int_equal(batch.sources[i].width, side);
                if (way == 0) assert_memory_equal(given, row, SIZE * SIZE * 3);
                if (way == 1) assert_int_equal(given[0], (row[0] + row[3] + row[SIZE * 3] + row[SIZE * 3 + 3] + 2) / 4);
                if (way == 2) assert_int_equal(given[1], (77 * row[0] + 150 * row[1] + 29 * row[2] + 128) / 256);
            }
        }
        vp_loader_destroy(loader);
    }
    vp_source_destroy(files);
    vp_source_destroy(set);
    /* The array alone is a folder of images. */
    assert_int_equal(unlink(below("out/index.npz")), 0);
    set = opened(below("out/images.npy"), VP_LAYOUT_AUTO);
    assert_int_equal(vp_source_items(set), PEOPLE * FRAMES);
    vp_source_destroy(set);
}

static void labels_go_along(void **state) {
    (void)state;
    char text[16384], *at = text + sprintf(text, "expression,file,note\n");
    for (int person = 0; person < PEOPLE; person++)
        for (int frame = 1; frame < FRAMES; frame++) /* frame 0 has none */
            at += sprintf(at, "%s,p%02d/v%d/%02d.png,\"%d, %d\"\n", frame % 2 ? "sad" : "happy", person, frame >= 5,
                          frame, person, frame);
    tree_text(root, "given.csv", text);
    char given[600], out[600];
    snprintf(given, sizeof given, "%s", below("given.csv"));
    snprintf(out, sizeof out, "%s", below("out"));
    struct vp_pack_request request = usual(out);
    request.labels = given;
    packed(&request);
    struct vp_labels *labels;
    struct vp_error err = {0};
    struct vp_labels_request wanted = {.path = out};
    if (vp_labels_read(&wanted, &labels, &err) != VP_OK) fail_msg("%s", err.message);
    assert_string_equal(labels->format, "packed");
    assert_int_equal(labels->count, PEOPLE * FRAMES);
    assert_int_equal(labels->identities, PEOPLE);
    assert_int_equal(labels->height, SIZE);
    assert_int_equal(labels->items[0].category, VP_LABEL_MISSING);
    assert_string_equal(labels->category_names[labels->items[1].category], "sad");
    assert_string_equal(labels->identity_names[labels->items[FRAMES].identity], "p01");
    struct vp_image image;
    assert_int_equal(vp_label_image(labels, 17, &image, NULL), VP_OK);
    assert_memory_equal(image.rgb, labels->pixels + 17 * SIZE * SIZE * 3, SIZE * SIZE * 3);
    vp_image_fini(&image);
    vp_labels_destroy(labels);
    unsigned char *csv;
    size_t bytes;
    assert_int_equal(vp_file_read(below("out/labels.csv"), &csv, &bytes, NULL), VP_OK);
    assert_non_null(strstr((const char *)csv,
                           "path,identity,expression,note\np00/v0/00.png,p00,,\np00/v0/01.png,p00,sad,\"0, 1\"\n"));
    free(csv);
    tree_text(root, "given.csv", "file,a\nq.png,1\n");
    request.folder = below("other");
    refuse(&request, VP_ERR_USAGE, "labels none of the 345 images; its first path is \"q.png\" (line 2)");
    tree_text(root, "given.csv", "file,a\np00/v0/00.png,1\np00/v0/00.png,2\n");
    refuse(&request, VP_ERR_FORMAT, "given.csv:3: p00/v0/00.png stands in line 2 already");
}

static void images_without_a_region_are_left_out(void **state) {
    (void)state;
    tree_text(root, "boxes.csv",
              "path,x0,y0,x1,y1\np00/v0/00.png,5,5,25,25\np01/v0/03.png,900,900,950,950\np02/v0/02.png,1,1,11,9\nnot/"
              "there.png,1,2,3,4\n");
    char boxes[600];
    snprintf(boxes, sizeof boxes, "%s", below("boxes.csv"));
    struct vp_pack_request request = usual(below("out"));
    request.boxes = boxes;
    struct vp_pack_result result = packed(&request);
    assert_int_equal(result.images, 2);
    unsigned char *broken;
    size_t bytes;
    assert_int_equal(vp_file_read(below("out/broken.txt"), &broken, &bytes, NULL), VP_OK);
    assert_non_null(strstr((const char *)broken, "places the face outside its 33 x 39 pixels"));
    assert_non_null(strstr((const char *)broken, "p00/v0/01.png: not in "));
    free(broken);
    tree_text(root, "boxes.csv", "path,x0,y0,x1,y1\nnot/there.png,1,2,3,4\n");
    request.folder = below("other");
    refuse(&request, VP_ERR_USAGE, "names none of the 345 images; its first is \"not/there.png\"");
    request.landmarks = boxes;
    refuse(&request, VP_ERR_USAGE, "not both");
    request.landmarks = request.boxes = NULL;
    request.size = 4;
    refuse(&request, VP_ERR_USAGE, "a crop of 4 pixels");
}

static void sets_that_do_not_hold_together_are_refused(void **state) {
    (void)state;
    struct vp_pack_request request = usual(below("out"));
    packed(&request);
    char images[600], folder[600];
    snprintf(images, sizeof images, "%s", below("out/images.npy"));
    snprintf(folder, sizeof folder, "%s", below("out"));
    struct vp_source *source;
    struct vp_error err = {0};
    const char *path = folder;
    struct vp_array array;
    assert_int_equal(vp_npy_read(images, &array, NULL), VP_OK);
    assert_int_equal(truncate(images, 100000), 0);
    assert_int_equal(vp_source_open(&path, 1, VP_LAYOUT_AUTO, NULL, &source, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, "images.npy: truncated: u8 (341, 24, 24, 3) needs 589248 bytes"));
    array.shape[0]--;
    assert_int_equal(vp_npy_write(images, &array, NULL), VP_OK);
    assert_int_equal(vp_source_open(&path, 1, VP_LAYOUT_AUTO, NULL, &source, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, "does not describe the 340 images"));
    array.shape[3] = 1, array.shape[2] = 72;
    assert_int_equal(vp_npy_write(images, &array, NULL), VP_OK);
    assert_int_equal(vp_source_open(&path, 1, VP_LAYOUT_AUTO, NULL, &source, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, "expected images as u8 (N, H, W, 3), found u8 (340, 24, 72, 1)"));
    vp_array_fini(&array);
    path = below("people");
    assert_int_equal(vp_source_open(&path, 1, VP_LAYOUT_PACKED, NULL, &source, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "is no packed set"));
}

/* 1.2 million images of 7,000 people in 21,000 videos, of which the disk holds an index and a hole. */
static void a_million_images_start_from_the_index(void **state) {
    (void)state;
    enum { PERSONS = 7000, VIDEOS = 21000, IMAGES = 1200000, SIDE = 8 };
    struct vp_packed_part part = {VP_LAYOUT_IDENTITY, IMAGES, VIDEOS, PERSONS};
    struct vp_packed index = {
        .parts = &part, .part_count = 1, .video_count = VIDEOS, .identity_count = PERSONS, .origin = 1};
    index.video = calloc(VIDEOS, sizeof *index.video), index.identity = calloc(PERSONS, sizeof *index.identity);
    assert_true(index.video && index.identity);
    for (uint32_t i = 0; i < VIDEOS; i++)
        index.video[i] = (uint32_t)((uint64_t)IMAGES * (i + 1) / VIDEOS - (uint64_t)IMAGES * i / VIDEOS);
    for (uint32_t i = 0; i < PERSONS; i++) index.identity[i] = 3;
    char folder[600], images[600];
    snprintf(folder, sizeof folder, "%s", below("huge"));
    snprintf(images, sizeof images, "%s", below("huge/images.npy"));
    assert_int_equal(vp_make_folder(folder, NULL), VP_OK);
    assert_int_equal(vp_packed_write_index(folder, &index, NULL), VP_OK);
    struct vp_array one = {VP_ARRAY_U8, 4, {1, SIDE, SIDE, 3}, (unsigned char[SIDE * SIDE * 3]){0}};
    assert_int_equal(vp_npy_write(images, &one, NULL), VP_OK);
    FILE *file = fopen(images, "r+b");
    assert_non_null(file);
    char head[128], shape[32];
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    char *at = NULL;
    for (size_t i = 0; i + 6 < sizeof head; i++)
        if (memcmp(head + i, "(1, 8,", 6) == 0) at = head + i;
    assert_non_null(at);
    int length = snprintf(shape, sizeof shape, "(%d, 8, 8, 3), }", IMAGES);
    memcpy(at, shape, (size_t)length);
    fseek(file, 0, SEEK_SET);
    fwrite(head, 1, sizeof head, file);
    fclose(file);
    assert_int_equal(truncate(images, 128 + (off_t)IMAGES * SIDE * SIDE * 3), 0);

    struct vp_source *source = opened(folder, VP_LAYOUT_AUTO);
    double each = (double)vp_source_bytes(source) / IMAGES;
    print_message("%.1f bytes of index per image\n", each);
    assert_true(each < 64);
    assert_int_equal(vp_source_images(source), IMAGES);
    assert_int_equal(vp_source_items(source), PERSONS);
    /* From here on there is nothing left to scan. */
    tree_remove(folder);
    unsigned char *seen = calloc(PERSONS, 1);
    uint32_t *first = calloc(PERSONS + 1, sizeof *first);
    assert_true(seen && first);
    for (uint32_t i = 0, video = 0; i < PERSONS; i++) {
        first[i + 1] = first[i];
        for (int k = 0; k < 3; k++) first[i + 1] += index.video[video++];
    }
    struct vp_loader_settings settings = {.seed = 1, .batch = 250, .max_side = 64, .threads = 2, .max_broken = 0};
    struct vp_loader *loader = vp_loader_create(source, &settings);
    assert_int_equal(vp_loader_steps_per_epoch(loader), PERSONS / 250);
    for (uint32_t step = 0; step < PERSONS / 250; step++) {
        struct vp_loader_batch batch;
        assert_int_equal(vp_loader_next(loader, &batch, NULL), VP_OK);
        assert_int_equal(batch.pixel_bytes, 250 * SIDE * SIDE * 3);
        for (int i = 0; i < 250; i++) {
            uint32_t low = 0, high = PERSONS;
            while (high - low > 1) {
                uint32_t middle = (low + high) / 2;
                if (first[middle] <= batch.numbers[i])
                    low = middle;
                else
                    high = middle;
            }
            assert_int_equal(seen[low], 0); /* each person once */
            seen[low] = 1;
        }
    }
    vp_loader_destroy(loader);
    vp_source_destroy(source);
    free(index.video), free(index.identity), free(seen), free(first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_crops_in_order, enter, leave),
        cmocka_unit_test_setup_teardown(threads_and_stops_change_nothing, enter, leave),
        cmocka_unit_test_setup_teardown(a_packed_set_is_the_same_source, enter, leave),
        cmocka_unit_test_setup_teardown(labels_go_along, enter, leave),
        cmocka_unit_test_setup_teardown(images_without_a_region_are_left_out, enter, leave),
        cmocka_unit_test_setup_teardown(sets_that_do_not_hold_together_are_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_million_images_start_from_the_index, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
