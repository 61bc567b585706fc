#include "vkpcl/file.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[256], path[300], temporary[310];

static int enter(void **state) {
    (void)state;
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/vkpcl-file-XXXXXX", root && *root ? root : "/tmp");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/target", folder);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    return 0;
}

static int leave(void **state) {
    (void)state;
    unlink(path);
    unlink(temporary);
    return rmdir(folder); /* fails when a test left something behind */
}

static void expect_content(const char *text) {
    unsigned char *data;
    size_t bytes;
    assert_int_equal(vp_file_read(path, &data, &bytes, NULL), VP_OK);
    assert_int_equal(bytes, strlen(text));
    assert_string_equal((char *)data, text);
    free(data);
}

static void whole_files_round_trip(void **state) {
    (void)state;
    struct vp_error err = {0};
    static const size_t sizes[] = {0, 1, 4095, 4096, 200001};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        unsigned char *out = malloc(sizes[s] + 1), *in;
        assert_non_null(out);
        for (size_t i = 0; i < sizes[s]; i++) out[i] = (unsigned char)(i * 7 + s);
        assert_int_equal(vp_file_write(path, out, sizes[s], &err), VP_OK);
        size_t bytes = 99;
        assert_int_equal(vp_file_read(path, &in, &bytes, &err), VP_OK);
        assert_int_equal(bytes, sizes[s]);
        assert_memory_equal(in, out, bytes);
        assert_int_equal(in[bytes], 0);
        free(in);
        free(out);
    }
}

static void unfinished_files_leave_the_old_one(void **state) {
    (void)state;
    struct vp_error err = {0};
    assert_int_equal(vp_file_write(path, "old", 3, &err), VP_OK);
    struct vp_file file;
    assert_int_equal(vp_file_begin(&file, path, &err), VP_OK);
    fputs("half", file.stream);
    fflush(file.stream);
    expect_content("old"); /* what a crash here would leave */
    vp_file_discard(&file);
    vp_file_discard(&file); /* harmless */
    expect_content("old");
    assert_int_not_equal(access(temporary, F_OK), 0);
    assert_int_equal(vp_file_write(path, "new", 3, &err), VP_OK);
    expect_content("new");
}

/* The temporary file is led to a device that is always full. */
static void a_full_disk_is_named(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    for (int big = 0; big < 2; big++) { /* noticed at the flush, and noticed by fwrite already */
        struct vp_error err = {0};
        assert_int_equal(vp_file_write(path, "old", 3, &err), VP_OK);
        assert_int_equal(symlink("/dev/full", temporary), 0);
        size_t bytes = big ? 1 << 20 : 10;
        char *data = calloc(1, bytes);
        assert_non_null(data);
        assert_int_equal(vp_file_write(path, data, bytes, &err), VP_ERR_IO);
        free(data);
        assert_non_null(strstr(err.message, path));
        assert_non_null(strstr(err.message, "disk full"));
        expect_content("old");
        assert_int_not_equal(access(temporary, F_OK), 0);
    }
}

static void missing_places_are_named(void **state) {
    (void)state;
    struct vp_error err = {0};
    unsigned char *data;
    size_t bytes;
    assert_int_equal(vp_file_read("/nonexistent/a", &data, &bytes, &err), VP_ERR_IO);
    assert_string_equal(err.message, "cannot open /nonexistent/a: No such file or directory");
    assert_int_equal(vp_file_read(folder, &data, &bytes, &err), VP_ERR_IO);
    assert_non_null(strstr(err.message, "Is a directory"));
    assert_int_equal(vp_file_write("/nonexistent/a", "x", 1, &err), VP_ERR_IO);
    assert_non_null(strstr(err.message, "cannot write /nonexistent/a: No such file or directory"));
}

static void folders_are_made_with_their_parents(void **state) {
    (void)state;
    struct vp_error err = {0};
    char deep[400], parent[350];
    snprintf(parent, sizeof parent, "%s/a", folder);
    snprintf(deep, sizeof deep, "%s/b", parent);
    for (int again = 0; again < 2; again++) assert_int_equal(vp_make_folder(deep, &err), VP_OK);
    assert_int_equal(access(deep, W_OK), 0);
    assert_int_equal(rmdir(deep), 0);
    assert_int_equal(rmdir(parent), 0);
    assert_int_equal(vp_file_write(path, "file", 4, &err), VP_OK);
    char below[400];
    snprintf(below, sizeof below, "%s/x", path);
    assert_int_equal(vp_make_folder(below, &err), VP_ERR_IO);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(vp_make_folder("/", &err), VP_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_round_trip),
        cmocka_unit_test(unfinished_files_leave_the_old_one),
        cmocka_unit_test(a_full_disk_is_named),
        cmocka_unit_test(missing_places_are_named),
        cmocka_unit_test(folders_are_made_with_their_parents),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
