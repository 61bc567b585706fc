/* What the report reads: tables that may be cut anywhere, numbers, pictures that lose nothing. */
#include "report/parts.h"
#include "vkpcl/file.h"
#include "vkpcl/image.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/vkpcl-report-XXXXXX";
static char path[128];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct vp_tsv read_table(const char *text) {
    struct vp_error err;
    struct vp_tsv table;
    assert_int_equal(vp_file_write(path, text, strlen(text), &err), VP_OK);
    assert_int_equal(vp_tsv_read(path, &table, &err), VP_OK);
    return table;
}

static void whole_table(void **state) {
    (void)state;
    struct vp_tsv table = read_table("iteration\tl1\tname\n1\t0.5\ta b\n2\tnan\t\n30\t-1e-3\tx\n");
    assert_int_equal(table.columns, 3);
    assert_int_equal(table.rows, 3);
    assert_int_equal(table.skipped, 0);
    assert_string_equal(table.names[2], "name");
    assert_string_equal(table.cells[2], "a b");
    assert_true(vp_tsv_number(&table, 0, 1) == 0.5);
    assert_true(isnan(vp_tsv_number(&table, 1, 1)));
    assert_true(isnan(vp_tsv_number(&table, 1, 2))); /* empty */
    assert_true(isnan(vp_tsv_number(&table, 0, 2)));
    assert_true(vp_tsv_number(&table, 2, 0) == 30 && vp_tsv_number(&table, 2, 1) == -1e-3);
    assert_int_equal(vp_tsv_column(&table, "l1"), 1);
    assert_int_equal(vp_tsv_column(&table, "l"), -1);
    vp_tsv_fini(&table);
}

/* Cut behind every byte: never a wrong number, at most one line lost. */
static void cut_table(void **state) {
    (void)state;
    const char *text = "a\tb\n11\t12\n21\t22\n";
    for (size_t bytes = strlen("a\tb\n"); bytes <= strlen(text); bytes++) {
        char part[64] = {0};
        memcpy(part, text, bytes);
        struct vp_tsv table = read_table(part);
        int whole = bytes == strlen(text) ? 2 : bytes >= strlen("a\tb\n11\t12\n") ? 1 : 0;
        assert_int_equal(table.rows, whole);
        assert_int_equal(table.skipped, part[bytes - 1] == '\n' ? 0 : 1);
        for (int row = 0; row < table.rows; row++)
            for (int column = 0; column < 2; column++)
                assert_true(vp_tsv_number(&table, row, column) == 10 * (row + 1) + column + 1);
        vp_tsv_fini(&table);
    }
}

static void damaged_table(void **state) {
    (void)state;
    struct vp_tsv table = read_table("a\tb\n1\t2\n3\n4\t5\t6\n\n7\t8\n");
    assert_int_equal(table.rows, 2);
    assert_int_equal(table.skipped, 3);
    assert_true(vp_tsv_number(&table, 1, 0) == 7);
    vp_tsv_fini(&table);
    struct vp_error err;
    assert_int_equal(vp_file_write(path, "a\tb", 3, &err), VP_OK);
    assert_int_equal(vp_tsv_read(path, &table, &err), VP_ERR_FORMAT);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(vp_tsv_read("/nowhere/log.tsv", &table, &err), VP_ERR_IO);
}

static void check_number(double value, int digits, const char *want) {
    cJSON *number = vp_report_number(value, digits);
    char *text = cJSON_PrintUnformatted(number);
    assert_string_equal(text, want);
    cJSON_free(text);
    cJSON_Delete(number);
}

static void numbers_are_json(void **state) {
    (void)state;
    check_number(0.1, 6, "0.1");
    check_number(-1234567, 4, "-1.235e+06");
    check_number(NAN, 6, "null");
    check_number(-INFINITY, 6, "null");
}

/* Bytes behind "data:image/png;base64,"; returns how many. */
static size_t decode_url(const char *url, unsigned char *bytes) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *head = "data:image/png;base64,";
    assert_int_equal(strncmp(url, head, strlen(head)), 0);
    size_t count = 0;
    url += strlen(head);
    assert_int_equal(strlen(url) % 4, 0);
    for (; *url; url += 4) {
        unsigned word = 0;
        int padding = 0;
        for (int k = 0; k < 4; k++) {
            padding += url[k] == '=';
            word = word << 6 | (url[k] == '=' ? 0 : (unsigned)(strchr(letters, url[k]) - letters));
        }
        for (int k = 0; k < 3 - padding; k++) bytes[count++] = (unsigned char)(word >> (16 - 8 * k));
    }
    return count;
}

/* A picture of width x height squares, each of scale x scale pixels, comes back with a pixel a square if scale is 2. */
static void check_picture(int width, int height, int scale) {
    struct vp_report_request request = {.run = folder};
    struct vp_report report = {.request = &request, .notes = cJSON_CreateArray()};
    struct vp_image image = {width * scale, height * scale, malloc((size_t)(width * height * scale * scale * 3))}, back;
    assert_non_null(image.rgb);
    for (int i = 0; i < image.width * image.height * 3; i++) {
        int x = i / 3 % image.width / scale, y = i / 3 / image.width / scale;
        image.rgb[i] = (unsigned char)(x * 37 + y * 91 + i % 3 * 50);
    }
    struct vp_error err;
    assert_int_equal(vp_image_write_png(path, &image, &err), VP_OK);
    cJSON *picture = vp_report_picture(&report, path);
    assert_non_null(picture);
    static unsigned char bytes[65536];
    size_t count = decode_url(cJSON_GetObjectItem(picture, "url")->valuestring, bytes);
    assert_int_equal(vp_image_decode(bytes, count, "url", &back, &err), VP_OK);
    int halved = scale == 2 ? 2 : 1;
    assert_int_equal(back.width, image.width / halved);
    assert_int_equal(back.height, image.height / halved);
    assert_int_equal(cJSON_GetObjectItem(picture, "width")->valueint, back.width);
    assert_int_equal(cJSON_GetObjectItem(picture, "height")->valueint, back.height);
    for (int y = 0; y < back.height; y++)
        for (int x = 0; x < back.width; x++)
            assert_memory_equal(back.rgb + 3 * (y * back.width + x),
                                image.rgb + 3 * (halved * y * image.width + halved * x), 3);
    vp_image_fini(&back);
    vp_image_fini(&image);
    cJSON_Delete(picture);
    cJSON_Delete(report.notes);
}

static void pictures_lose_nothing(void **state) {
    (void)state;
    for (int width = 2; width < 9; width++) {
        check_picture(width, 5, 2);
        check_picture(width, 3, 1);
        check_picture(width, 4, 1);
        check_picture(width, 2, 3);
    }
}

static void broken_picture(void **state) {
    (void)state;
    struct vp_report_request request = {.run = folder};
    struct vp_report report = {.request = &request, .notes = cJSON_CreateArray()};
    struct vp_error err;
    assert_int_equal(vp_file_write(path, "\x89PNG", 4, &err), VP_OK);
    assert_null(vp_report_picture(&report, path));
    assert_int_equal(cJSON_GetArraySize(report.notes), 1);
    assert_non_null(strstr(cJSON_GetArrayItem(report.notes, 0)->valuestring, path));
    cJSON_Delete(report.notes);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_table),           cmocka_unit_test(cut_table),
                                       cmocka_unit_test(damaged_table),         cmocka_unit_test(numbers_are_json),
                                       cmocka_unit_test(pictures_lose_nothing), cmocka_unit_test(broken_picture)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
