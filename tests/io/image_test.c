#include "io/stb.h"
#include "vkpcl/file.h"
#include "vkpcl/image.h"
#include "vkpcl/thread_pool.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct vp_error err;
static char folder[200], path[256];

static int enter(void **state) {
    (void)state;
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.150s/vkpcl-image-XXXXXX", root && *root ? root : "/tmp");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/picture", folder);
    return 0;
}

static int leave(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct vp_image gradient(int width, int height) {
    struct vp_image image = {width, height, malloc((size_t)width * (size_t)height * 3)};
    assert_non_null(image.rgb);
    for (int i = 0; i < width * height * 3; i++) image.rgb[i] = (unsigned char)(i * 7 + i / (3 * width));
    return image;
}

static void png_round_trip(void **state) {
    (void)state;
    static const int sizes[][2] = {{1, 1}, {31, 33}, {64, 64}, {200, 3}};
    for (size_t i = 0; i < 4; i++) {
        struct vp_image out = gradient(sizes[i][0], sizes[i][1]), in;
        assert_int_equal(vp_image_write_png(path, &out, &err), VP_OK);
        int width, height;
        assert_int_equal(vp_image_size(path, &width, &height, &err), VP_OK);
        assert_true(width == out.width && height == out.height);
        assert_int_equal(vp_image_load(path, &in, &err), VP_OK);
        assert_true(in.width == out.width && in.height == out.height);
        assert_memory_equal(in.rgb, out.rgb, (size_t)(width * height * 3));
        vp_image_fini(&in);
        vp_image_fini(&out);
    }
}

static void other_formats(void **state) {
    (void)state;
    struct vp_image image;
    static const char pgm[] = "P5\n3 2\n255\n\x00\x10\x20\x80\xf0\xff";
    assert_int_equal(vp_image_decode(pgm, sizeof pgm - 1, "grey.pgm", &image, &err), VP_OK);
    static const unsigned char expected[18] = {0,    0,    0,    0x10, 0x10, 0x10, 0x20, 0x20, 0x20,
                                               0x80, 0x80, 0x80, 0xf0, 0xf0, 0xf0, 0xff, 0xff, 0xff};
    assert_true(image.width == 3 && image.height == 2);
    assert_memory_equal(image.rgb, expected, 18);
    vp_image_fini(&image);
    /* 2 x 1 pixels, 24 bits, stored blue first and padded to four bytes. */
    static const unsigned char bmp[62] = {'B', 'M', 62, 0, 0, 0, 0, 0,  0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0,
                                          0,   1,   0,  0, 0, 1, 0, 24, 0, 0, 0,  0, 0, 8, 0,  0, 0, 0, 0, 0, 0,
                                          0,   0,   0,  0, 0, 0, 0, 0,  0, 0, 0,  0, 1, 2, 3,  4, 5, 6, 0, 0};
    assert_int_equal(vp_image_decode(bmp, sizeof bmp, "two.bmp", &image, &err), VP_OK);
    assert_true(image.width == 2 && image.height == 1);
    static const unsigned char colours[6] = {3, 2, 1, 6, 5, 4};
    assert_memory_equal(image.rgb, colours, 6);
    vp_image_fini(&image);
}

static void append(void *context, void *data, int bytes) {
    fwrite(data, 1, (size_t)bytes, context);
}

static void jpeg_comes_close(void **state) {
    (void)state;
    enum { SIDE = 48 };
    struct vp_image image, smooth = gradient(SIDE, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++)
        for (int c = 0; c < 3; c++) smooth.rgb[3 * i + c] = (unsigned char)(40 * c + i % SIDE + 2 * (i / SIDE));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(stbi_write_jpg_to_func(append, file, SIDE, SIDE, 3, smooth.rgb, 95));
    fclose(file);
    assert_int_equal(vp_image_load(path, &image, &err), VP_OK);
    assert_true(image.width == SIDE && image.height == SIDE);
    for (int i = 0; i < SIDE * SIDE * 3; i++) assert_true(abs(image.rgb[i] - smooth.rgb[i]) <= 6);
    vp_image_fini(&image);
    vp_image_fini(&smooth);
}

static void failures_give_the_reason(void **state) {
    (void)state;
    struct vp_image image;
    char expected[400];
    int width, height;
    assert_int_equal(vp_file_write(path, "not an image", 12, &err), VP_OK);
    assert_int_equal(vp_image_load(path, &image, &err), VP_ERR_FORMAT);
    snprintf(expected, sizeof expected, "cannot decode %s: ", path);
    assert_ptr_equal(strstr(err.message, expected), err.message);
    assert_true(strlen(err.message) > strlen(expected) + 10);
    assert_null(image.rgb);
    assert_int_equal(vp_image_size(path, &width, &height, &err), VP_ERR_FORMAT);
    assert_ptr_equal(strstr(err.message, expected), err.message);
    assert_int_equal(vp_file_write(path, "", 0, &err), VP_OK);
    assert_int_equal(vp_image_load(path, &image, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, "the file is empty"));
    assert_int_equal(vp_image_load("/nonexistent/a.png", &image, &err), VP_ERR_IO);
    assert_string_equal(err.message, "cannot open /nonexistent/a.png: No such file or directory");
    assert_int_equal(vp_image_size("/nonexistent/a.png", &width, &height, &err), VP_ERR_IO);
    assert_int_equal(vp_image_decode("P5\n99999 99999\n255\n", 19, "huge.pgm", &image, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, "cannot decode huge.pgm: "));
    image = gradient(2, 2);
    assert_int_equal(vp_image_write_png("/nonexistent/a.png", &image, &err), VP_ERR_IO);
    assert_non_null(strstr(err.message, "cannot write /nonexistent/a.png"));
    vp_image_fini(&image);
}

static void a_truncated_png_is_refused(void **state) {
    (void)state;
    struct vp_image out = gradient(20, 20), in;
    unsigned char *bytes;
    size_t count;
    assert_int_equal(vp_image_write_png(path, &out, &err), VP_OK);
    assert_int_equal(vp_file_read(path, &bytes, &count, &err), VP_OK);
    int refused = 0;
    for (size_t length = 0; length < count; length++) {
        enum vp_status status = vp_image_decode(bytes, length, "cut.png", &in, &err);
        refused += status != VP_OK;
        vp_image_fini(&in);
    }
    assert_true((size_t)refused + 20 > count); /* the trailing checksum and end mark may be missing */
    free(bytes);
    vp_image_fini(&out);
}

static void grids(void **state) {
    (void)state;
    enum { W = 3, H = 2, N = 5 };
    unsigned char tiles[N * H * W * 3];
    for (int i = 0; i < N; i++) memset(tiles + i * H * W * 3, 10 + i, H * W * 3);
    struct vp_image sheet;
    vp_image_grid(tiles, N, W, H, 2, 1, 255, &sheet);
    assert_true(sheet.width == 2 * (W + 1) + 1 && sheet.height == 3 * (H + 1) + 1);
    for (int y = 0; y < sheet.height; y++) {
        for (int x = 0; x < sheet.width; x++) {
            int tile = y / (H + 1) * 2 + x / (W + 1);
            bool inside = x % (W + 1) != 0 && y % (H + 1) != 0 && tile < N;
            for (int c = 0; c < 3; c++)
                assert_int_equal(sheet.rgb[(y * sheet.width + x) * 3 + c], inside ? 10 + tile : 255);
        }
    }
    vp_image_fini(&sheet);
    unsigned char one[3] = {1, 2, 3};
    vp_image_grid(one, 1, 1, 1, 1, 0, 0, &sheet);
    assert_memory_equal(sheet.rgb, one, 3);
    vp_image_fini(&sheet);
}

struct shared {
    const unsigned char *bytes;
    size_t count;
    int good[64];
};

static void decode_one(void *context, int index) {
    struct shared *shared = context;
    struct vp_image image;
    struct vp_error mine;
    bool broken = index % 3 == 0;
    size_t count = broken ? 40 : shared->count;
    enum vp_status status = vp_image_decode(shared->bytes, count, "shared.png", &image, &mine);
    shared->good[index] = broken ? status == VP_ERR_FORMAT : status == VP_OK;
    vp_image_fini(&image);
}

static void several_threads_decode(void **state) {
    (void)state;
    struct vp_image out = gradient(40, 40);
    struct shared shared = {0};
    unsigned char *bytes;
    assert_int_equal(vp_image_write_png(path, &out, &err), VP_OK);
    assert_int_equal(vp_file_read(path, &bytes, &shared.count, &err), VP_OK);
    shared.bytes = bytes;
    struct vp_pool *pool = vp_pool_create(4);
    vp_pool_for(pool, 64, decode_one, &shared);
    vp_pool_destroy(pool);
    for (int i = 0; i < 64; i++) assert_true(shared.good[i]);
    free(bytes);
    vp_image_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_round_trip),
        cmocka_unit_test(other_formats),
        cmocka_unit_test(jpeg_comes_close),
        cmocka_unit_test(failures_give_the_reason),
        cmocka_unit_test(a_truncated_png_is_refused),
        cmocka_unit_test(grids),
        cmocka_unit_test(several_threads_decode),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
