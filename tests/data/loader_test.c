/* The loader: the same bytes for any number of threads, cache and starting point; broken images; wrapping round. */
#include "data/picture.h"
#include "image_tree.h"
#include "vkpcl/file.h"
#include "vkpcl/loader.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WHOLE = 30, BROKEN = 5, STEPS = 12 };
static char root[256];
static struct vp_source *source;

/* Thirty images of odd sizes, five that are none, spread among them by name. */
static int enter(void **state) {
    (void)state;
    tree_create(root);
    for (int i = 0; i < WHOLE; i++) {
        char name[64];
        snprintf(name, sizeof name, "set/%02d.png", i);
        tree_image(root, name, 20 + i * 3, 70 - i, i);
    }
    tree_text(root, "set/03b.jpg", "this is a text");
    tree_text(root, "set/11b.jpg", "");
    tree_image(root, "set/17b.png", 5, 40, 1);
    tree_image(root, "set/23b.png", 400, 9, 1);
    tree_text(root, "set/29b.bmp", "BM and nothing else");
    char path[300];
    const char *paths[] = {path};
    snprintf(path, sizeof path, "%s/set", root);
    struct vp_error err = {0};
    if (vp_source_open(paths, 1, VP_LAYOUT_AUTO, NULL, &source, &err) != VP_OK) fail_msg("%s", err.message);
    assert_int_equal(vp_source_images(source), WHOLE + BROKEN);
    return 0;
}

static int leave(void **state) {
    (void)state;
    vp_source_destroy(source);
    tree_remove(root);
    return 0;
}

static struct vp_loader_settings usual(void) {
    return (struct vp_loader_settings){
        .seed = 7, .batch = 8, .max_side = 48, .threads = 1, .max_broken = 0.2, .cache_bytes = 0};
}

static uint64_t digest_of(const struct vp_loader_batch *batch) {
    uint64_t hash = batch->step * 31 + batch->epoch;
    for (size_t i = 0; i < batch->pixel_bytes; i++) hash = hash * 0x100000001b3u + batch->pixels[i];
    for (int i = 0; i < batch->images; i++) {
        const struct vp_augment_source *s = &batch->sources[i];
        hash = hash * 0x100000001b3u + s->offset + ((uint64_t)s->width << 20) + ((uint64_t)s->height << 40);
        hash = hash * 0x100000001b3u + batch->numbers[i];
    }
    return hash;
}

static uint64_t next_digest(struct vp_loader *loader, uint32_t step) {
    struct vp_loader_batch batch;
    struct vp_error err = {0};
    if (vp_loader_next(loader, &batch, &err) != VP_OK) fail_msg("%s", err.message);
    assert_int_equal(batch.step, step);
    return digest_of(&batch);
}

static void run(const struct vp_loader_settings *settings, uint64_t digests[STEPS]) {
    struct vp_loader *loader = vp_loader_create(source, settings);
    for (uint32_t step = 0; step < STEPS; step++) digests[step] = next_digest(loader, step);
    vp_loader_destroy(loader);
}

static void threads_and_cache_change_nothing(void **state) {
    (void)state;
    struct vp_loader_settings settings = usual();
    uint64_t expected[STEPS], found[STEPS];
    run(&settings, expected);
    for (int i = 1; i < STEPS; i++) assert_true(expected[i] != expected[i - 1]);
    settings.threads = 4;
    run(&settings, found);
    assert_memory_equal(expected, found, sizeof found);
    settings.cache_bytes = 1 << 20;
    run(&settings, found);
    assert_memory_equal(expected, found, sizeof found);
    settings.threads = 1, settings.cache_bytes = 20000; /* room for a few only */
    run(&settings, found);
    assert_memory_equal(expected, found, sizeof found);
    settings.seed++;
    run(&settings, found);
    for (int i = 0; i < STEPS; i++) assert_true(expected[i] != found[i]);
}

static void grey_means_equal_channels(void **state) {
    (void)state;
    struct vp_loader_settings settings = usual();
    settings.grey = true;
    struct vp_loader *loader = vp_loader_create(source, &settings);
    struct vp_loader_batch batch;
    assert_int_equal(vp_loader_next(loader, &batch, NULL), VP_OK);
    const struct vp_augment_source *last = &batch.sources[7];
    const unsigned char *rgb = batch.pixels + last->offset;
    bool flat = true;
    for (uint32_t i = 0; i < last->width * last->height; i++, rgb += 3) {
        assert_true(rgb[0] == rgb[1] && rgb[1] == rgb[2]);
        flat &= rgb[0] == batch.pixels[last->offset];
    }
    assert_false(flat);
    vp_loader_destroy(loader);
}

static void seeking_equals_running_there(void **state) {
    (void)state;
    struct vp_loader_settings settings = usual();
    settings.cache_bytes = 1 << 20;
    uint64_t expected[STEPS];
    run(&settings, expected);
    settings.threads = 3;
    struct vp_loader *loader = vp_loader_create(source, &settings);
    static const uint32_t places[] = {5, 0, 11, 4, 4};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        vp_loader_seek(loader, places[i]);
        for (uint32_t step = places[i]; step < STEPS && step < places[i] + 3; step++)
            assert_true(next_digest(loader, step) == expected[step]);
    }
    vp_loader_destroy(loader);
}

static void batches_hold_the_picked_images(void **state) {
    (void)state;
    struct vp_loader_settings settings = usual();
    struct vp_loader *loader = vp_loader_create(source, &settings);
    assert_int_equal(vp_loader_steps_per_epoch(loader), 4); /* 35 items, the last three dropped */
    for (uint32_t step = 0; step < STEPS; step++) {
        struct vp_loader_batch batch;
        assert_int_equal(vp_loader_next(loader, &batch, NULL), VP_OK);
        assert_int_equal(batch.epoch, step / 4);
        assert_int_equal(batch.images, 8);
        assert_true(batch.pixel_bytes <= vp_loader_capacity(&settings));
        size_t offset = 0;
        for (uint32_t i = 0; i < 8; i++) {
            uint32_t picked = vp_source_pick(source, 7, step / 4, step % 4 * 8 + i), number = batch.numbers[i];
            struct vp_picture image;
            struct vp_error err = {0};
            bool whole = vp_picture_load(source, picked, 48, false, &image, &err) == VP_OK;
            if (whole) assert_int_equal(number, picked);
            vp_picture_fini(&image);
            assert_int_equal(vp_picture_load(source, number, 48, false, &image, &err), VP_OK);
            assert_int_equal(batch.sources[i].offset, offset);
            assert_int_equal(batch.sources[i].width, image.width);
            assert_int_equal(batch.sources[i].height, image.height);
            size_t bytes = (size_t)(image.width * image.height * 3);
            assert_memory_equal(batch.pixels + offset, image.rgb, bytes);
            offset += (bytes + 3) / 4 * 4;
            vp_picture_fini(&image);
        }
        assert_int_equal(batch.pixel_bytes, offset);
    }
    assert_in_range(vp_loader_broken(loader), 1, BROKEN);
    vp_loader_destroy(loader);
}

static bool is_broken(uint32_t number) {
    char path[600];
    vp_source_path(source, number, path, sizeof path);
    return strrchr(path, '/')[3] == 'b'; /* /03b.jpg */
}

static void broken_images_are_replaced_and_listed(void **state) {
    (void)state;
    struct vp_loader_settings settings = usual();
    settings.batch = 35;
    settings.threads = 2;
    struct vp_loader *loader = vp_loader_create(source, &settings);
    struct vp_loader_batch batch;
    assert_int_equal(vp_loader_next(loader, &batch, NULL), VP_OK);
    assert_int_equal(vp_loader_broken(loader), BROKEN);
    /* The slots of broken images hold what comes next in the order: the second lap of the epoch. */
    uint32_t replacements[BROKEN], taken = 0;
    for (uint32_t i = 0; i < BROKEN; i++) replacements[i] = vp_source_pick(source, 7, 0, 35 + i);
    for (uint32_t i = 0; i < 35; i++) {
        uint32_t picked = vp_source_pick(source, 7, 0, i);
        if (!is_broken(picked)) {
            assert_int_equal(batch.numbers[i], picked);
        } else {
            assert_false(is_broken(batch.numbers[i]));
            /* The first five are given out to the slots in order; those that are broken too are asked for again. */
            if (!is_broken(replacements[taken])) assert_int_equal(batch.numbers[i], replacements[taken]);
            taken++;
        }
    }
    assert_int_equal(taken, BROKEN);

    char list[300];
    snprintf(list, sizeof list, "%s/broken.txt", root);
    assert_int_equal(vp_loader_write_broken(loader, list, NULL), VP_OK);
    unsigned char *text;
    size_t bytes, lines = 0;
    assert_int_equal(vp_file_read(list, &text, &bytes, NULL), VP_OK);
    for (size_t i = 0; i < bytes; i++) lines += text[i] == '\n';
    assert_int_equal(lines, BROKEN);
    assert_non_null(strstr((char *)text, "/set/11b.jpg: the file is empty\n"));
    assert_non_null(strstr((char *)text, "/set/17b.png: has 5 x 40 pixels: too narrow for training\n"));
    assert_non_null(strstr((char *)text, "/set/23b.png: has 400 x 9 pixels: too narrow for training\n"));
    assert_non_null(strstr((char *)text, "/set/03b.jpg: "));
    free(text);
    vp_loader_destroy(loader);
}

static void too_many_broken_images_end_the_run(void **state) {
    (void)state;
    struct vp_loader_settings settings = usual();
    settings.max_broken = 0.1; /* three of 35 */
    struct vp_loader *loader = vp_loader_create(source, &settings);
    struct vp_loader_batch batch;
    struct vp_error err = {0};
    enum vp_status status = VP_OK;
    int steps = 0;
    while (status == VP_OK && steps < 20) status = vp_loader_next(loader, &batch, &err), steps += status == VP_OK;
    assert_int_equal(status, VP_ERR_FORMAT);
    assert_true(steps >= 2); /* 20 images have to be tried first */
    assert_int_equal(vp_loader_broken(loader), 4);
    assert_non_null(strstr(err.message, "4 of the "));
    assert_non_null(strstr(err.message, "data.max_broken 0.1"));
    assert_non_null(strstr(err.message, "/set/"));
    assert_int_equal(vp_loader_next(loader, &batch, &err), VP_ERR_FORMAT); /* and stays so */
    vp_loader_destroy(loader);

    /* Nothing but broken images ends too, whatever the limit. */
    char path[300];
    const char *paths[] = {path};
    snprintf(path, sizeof path, "%s/bad", root);
    tree_text(root, "bad/a.jpg", "x"), tree_text(root, "bad/b.jpg", "y");
    struct vp_source *bad;
    assert_int_equal(vp_source_open(paths, 1, VP_LAYOUT_AUTO, NULL, &bad, NULL), VP_OK);
    settings.max_broken = 1;
    loader = vp_loader_create(bad, &settings);
    assert_int_equal(vp_loader_next(loader, &batch, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, "2 of the 2 images"));
    vp_loader_destroy(loader);
    vp_source_destroy(bad);
}

static void few_images_fill_large_batches(void **state) {
    (void)state;
    char path[300];
    const char *paths[] = {path};
    snprintf(path, sizeof path, "%s/few", root);
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "few/%d.png", i);
        tree_image(root, name, 20, 20, i);
    }
    struct vp_source *few;
    assert_int_equal(vp_source_open(paths, 1, VP_LAYOUT_AUTO, NULL, &few, NULL), VP_OK);
    struct vp_loader_settings settings = usual();
    settings.batch = 4, settings.images = 12;
    struct vp_loader *loader = vp_loader_create(few, &settings);
    assert_int_equal(vp_loader_steps_per_epoch(loader), 1);
    for (uint32_t step = 0; step < 5; step++) {
        struct vp_loader_batch batch;
        assert_int_equal(vp_loader_next(loader, &batch, NULL), VP_OK);
        assert_int_equal(batch.epoch, step);
        int count[3] = {0};
        for (int i = 0; i < 12; i++) count[batch.numbers[i]]++;
        for (int i = 0; i < 3; i++) assert_int_equal(count[i], 4);
    }
    vp_loader_destroy(loader);
    vp_source_destroy(few);
}

static void pictures_shrink_by_whole_boxes(void **state) {
    (void)state;
    /* 5 x 3 by two: boxes of 4, and of what is left at the edges. */
    struct vp_image image = {.width = 5, .height = 3, .rgb = malloc(45)};
    assert_non_null(image.rgb);
    for (int i = 0; i < 15; i++)
        for (int k = 0; k < 3; k++) image.rgb[3 * i + k] = (unsigned char)(i * 10 + k);
    vp_picture_shrink(&image, 5);
    assert_int_equal(image.width, 5);
    vp_picture_shrink(&image, 4);
    assert_int_equal(image.width, 3);
    assert_int_equal(image.height, 2);
    static const int first[6] = {30, 50, 65, 105, 125, 140}; /* means of e.g. (0, 10, 50, 60) */
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 3; k++) assert_int_equal(image.rgb[3 * i + k], first[i] + k);
    image.rgb[0] = 255, image.rgb[1] = 0, image.rgb[2] = 0;
    image.rgb[3] = 255, image.rgb[4] = 255, image.rgb[5] = 255;
    vp_picture_grey(&image);
    assert_int_equal(image.rgb[0], 77);
    assert_int_equal(image.rgb[2], 77);
    assert_int_equal(image.rgb[4], 255);
    vp_image_fini(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(threads_and_cache_change_nothing, enter, leave),
        cmocka_unit_test_setup_teardown(grey_means_equal_channels, enter, leave),
        cmocka_unit_test_setup_teardown(seeking_equals_running_there, enter, leave),
        cmocka_unit_test_setup_teardown(batches_hold_the_picked_images, enter, leave),
        cmocka_unit_test_setup_teardown(broken_images_are_replaced_and_listed, enter, leave),
        cmocka_unit_test_setup_teardown(too_many_broken_images_end_the_run, enter, leave),
        cmocka_unit_test_setup_teardown(few_images_fill_large_batches, enter, leave),
        cmocka_unit_test(pictures_shrink_by_whole_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
