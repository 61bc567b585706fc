/* Arrays, half precision, npy and npz. */
#include "vkpcl/array.h"
#include "vkpcl/file.h"
#include "vkpcl/npy.h"
#include "vkpcl/npz.h"
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

static struct vp_error err;
static char folder[200], path[256];

static int enter(void **state) {
    (void)state;
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.150s/vkpcl-array-XXXXXX", root && *root ? root : "/tmp");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/arrays", folder);
    return 0;
}

static int leave(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails when something temporary was left behind */
}

static void halves(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        float value = vp_half_to_float((uint16_t)bits);
        if (isnan(value))
            assert_true(isnan(vp_half_to_float(vp_float_to_half(value))));
        else
            assert_int_equal(vp_float_to_half(value), bits);
    }
    assert_true(vp_half_to_float(0x3c00) == 1 && vp_half_to_float(0xc000) == -2 && vp_half_to_float(0x7bff) == 65504);
    assert_true(vp_half_to_float(1) == 0x1p-24f && vp_half_to_float(0x0400) == 0x1p-14f);
    /* Ties go to even; so do the denormal ones, and the last finite number. */
    assert_int_equal(vp_float_to_half(1 + 0x1p-11f), 0x3c00);
    assert_int_equal(vp_float_to_half(1 + 3 * 0x1p-11f), 0x3c02);
    assert_int_equal(vp_float_to_half(0x1p-25f), 0);
    assert_int_equal(vp_float_to_half(0x1.000002p-25f), 1);
    assert_int_equal(vp_float_to_half(3 * 0x1p-25f), 2);
    assert_int_equal(vp_float_to_half(0x1p-100f), 0);
    assert_int_equal(vp_float_to_half(0x1.ffcp-15f), 0x0400);
    assert_int_equal(vp_float_to_half(65519), 0x7bff);
    assert_int_equal(vp_float_to_half(65520), 0x7c00);
    assert_int_equal(vp_float_to_half(-INFINITY), 0xfc00);
}

static void every_type_becomes_float(void **state) {
    (void)state;
    double f64 = -1.5;
    int64_t i64 = -3;
    uint16_t f16 = 0x3800, bf16 = 0x3f80;
    uint8_t u8 = 200, truth = 7;
    int8_t i8 = -100;
    const struct {
        enum vp_array_type type;
        void *data;
        float expected;
    } cases[] = {{VP_ARRAY_F64, &f64, -1.5f}, {VP_ARRAY_I64, &i64, -3}, {VP_ARRAY_F16, &f16, 0.5f},
                 {VP_ARRAY_BF16, &bf16, 1},   {VP_ARRAY_U8, &u8, 200},  {VP_ARRAY_I8, &i8, -100},
                 {VP_ARRAY_BOOL, &truth, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vp_array array = {.type = cases[i].type, .rank = 0, .data = cases[i].data};
        float value = 99;
        vp_array_to_f32(&array, &value);
        assert_true(value == cases[i].expected);
    }
}

static void shapes_are_matched(void **state) {
    (void)state;
    struct vp_array array = {.type = VP_ARRAY_F32, .rank = 3, .shape = {2, 3, 4}};
    assert_int_equal(vp_array_count(&array), 24);
    assert_int_equal(vp_array_bytes(&array), 96);
    assert_true(vp_array_is(&array, VP_ARRAY_F32, 3, (int64_t[]){2, 3, 4}));
    assert_true(vp_array_is(&array, -1, 3, (int64_t[]){-1, 3, -1}));
    assert_false(vp_array_is(&array, VP_ARRAY_F64, 3, (int64_t[]){2, 3, 4}));
    assert_false(vp_array_is(&array, VP_ARRAY_F32, 2, (int64_t[]){2, 3}));
    assert_false(vp_array_is(&array, VP_ARRAY_F32, 3, (int64_t[]){2, 3, 5}));
    char text[256];
    assert_string_equal(vp_array_text(&array, text), "f32 (2, 3, 4)");
}

static void expect_equal(const struct vp_array *a, const struct vp_array *b) {
    assert_true(vp_array_is(a, (int)b->type, b->rank, b->shape));
    assert_memory_equal(a->data, b->data, vp_array_bytes(b));
}

static void fill(struct vp_array *array, unsigned seed) {
    size_t bytes = vp_array_bytes(array);
    unsigned char *data = malloc(bytes + 1);
    assert_non_null(data);
    for (size_t i = 0; i < bytes; i++) data[i] = (unsigned char)(i * 31 + seed);
    array->data = data;
}

static const struct vp_array samples[] = {
    {.type = VP_ARRAY_F32, .rank = 2, .shape = {3, 5}},
    {.type = VP_ARRAY_F64, .rank = 1, .shape = {7}},
    {.type = VP_ARRAY_I64, .rank = 0},
    {.type = VP_ARRAY_I32, .rank = 4, .shape = {2, 1, 3, 2}},
    {.type = VP_ARRAY_U8, .rank = 3, .shape = {31, 33, 3}},
    {.type = VP_ARRAY_BOOL, .rank = 1, .shape = {2}},
    {.type = VP_ARRAY_F32, .rank = 2, .shape = {0, 4}},
    {.type = VP_ARRAY_F16, .rank = 1, .shape = {65}},
    {.type = VP_ARRAY_F32, .rank = 8, .shape = {1, 1, 2, 1, 1, 2, 1, 1}},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static void npy_round_trip(void **state) {
    (void)state;
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct vp_array out = samples[i], in;
        fill(&out, i);
        assert_int_equal(vp_npy_write(path, &out, &err), VP_OK);
        assert_int_equal(vp_npy_read(path, &in, &err), VP_OK);
        expect_equal(&in, &out);
        vp_array_fini(&in);
        vp_array_fini(&out);
    }
}

static void npz_round_trip(void **state) {
    (void)state;
    unsigned char *first = NULL;
    for (int round = 0; round < 3; round++) { /* stored, deflated, stored again: the same bytes */
        struct vp_npz_writer *writer = vp_npz_writer_create(path, round == 1, &err);
        assert_non_null(writer);
        struct vp_array out[SAMPLES], in;
        char name[32];
        for (unsigned i = 0; i < SAMPLES; i++) {
            out[i] = samples[i];
            fill(&out[i], i);
            snprintf(name, sizeof name, "group.array%u", i);
            assert_int_equal(vp_npz_add(writer, name, &out[i], &err), VP_OK);
        }
        struct vp_array owned = samples[0];
        fill(&owned, 3);
        assert_int_equal(vp_npz_add_owned(writer, "owned", &owned, &err), VP_OK);
        assert_int_equal(vp_npz_commit(writer, &err), VP_OK);
        vp_npz_writer_destroy(writer);
        struct vp_npz *npz = vp_npz_open(path, &err);
        assert_non_null(npz);
        assert_int_equal(vp_npz_count(npz), SAMPLES + 1);
        assert_string_equal(vp_npz_name(npz, 2), "group.array2");
        assert_true(vp_npz_has(npz, "owned") && !vp_npz_has(npz, "owned.npy"));
        for (unsigned i = 0; i < SAMPLES; i++) {
            snprintf(name, sizeof name, "group.array%u", i);
            assert_int_equal(vp_npz_read(npz, name, &in, &err), VP_OK);
            expect_equal(&in, &out[i]);
            vp_array_fini(&in);
            vp_array_fini(&out[i]);
        }
        vp_npz_close(npz);
        unsigned char *bytes;
        size_t count;
        assert_int_equal(vp_file_read(path, &bytes, &count, &err), VP_OK);
        if (round == 0) first = bytes;
        if (round == 2) assert_memory_equal(bytes, first, count);
        if (round > 0) free(bytes);
    }
    free(first);
}

static void npz_asks_for_what_it_needs(void **state) {
    (void)state;
    struct vp_npz_writer *writer = vp_npz_writer_create(path, false, &err);
    struct vp_array out = samples[0], in;
    fill(&out, 1);
    assert_int_equal(vp_npz_add(writer, "mix", &out, &err), VP_OK);
    assert_int_equal(vp_npz_add(writer, "perm", &out, &err), VP_OK);
    vp_array_fini(&out);
    assert_int_equal(vp_npz_commit(writer, &err), VP_OK);
    vp_npz_writer_destroy(writer);
    struct vp_npz *npz = vp_npz_open(path, &err);
    assert_int_equal(vp_npz_need(npz, "mix", VP_ARRAY_F32, 2, (int64_t[]){-1, 5}, &in, &err), VP_OK);
    vp_array_fini(&in);
    char expected[600];
    assert_int_equal(vp_npz_need(npz, "perm", VP_ARRAY_I64, 1, (int64_t[]){-1}, &in, &err), VP_ERR_FORMAT);
    snprintf(expected, sizeof expected, "%s: perm: expected i64 (any), found f32 (3, 5)", path);
    assert_string_equal(err.message, expected);
    assert_null(in.data);
    assert_int_equal(vp_npz_read(npz, "view1", &in, &err), VP_ERR_FORMAT);
    snprintf(expected, sizeof expected, "%s has no array view1; it holds: mix, perm", path);
    assert_string_equal(err.message, expected);
    vp_npz_close(npz);
}

static void an_unfinished_npz_leaves_the_old_one(void **state) {
    (void)state;
    assert_int_equal(vp_file_write(path, "old", 3, &err), VP_OK);
    struct vp_npz_writer *writer = vp_npz_writer_create(path, false, &err);
    struct vp_array out = samples[0];
    fill(&out, 1);
    assert_int_equal(vp_npz_add(writer, "mix", &out, &err), VP_OK);
    vp_array_fini(&out);
    vp_npz_writer_destroy(writer);
    unsigned char *bytes;
    size_t count;
    assert_int_equal(vp_file_read(path, &bytes, &count, &err), VP_OK);
    assert_string_equal((char *)bytes, "old");
    free(bytes);
    writer = vp_npz_writer_create("/nonexistent/a.npz", false, &err);
    if (writer) { /* the library may notice the missing folder only when it writes */
        out = samples[0];
        fill(&out, 1);
        assert_int_equal(vp_npz_add_owned(writer, "mix", &out, &err), VP_OK);
        assert_int_equal(vp_npz_commit(writer, &err), VP_ERR_IO);
    }
    vp_npz_writer_destroy(writer);
    assert_non_null(strstr(err.message, "cannot write /nonexistent/a.npz: "));
}

static void expect_npy_refused(const char *dictionary, size_t data, const char *sentence) {
    unsigned char bytes[400] = "\x93NUMPY\x01";
    size_t length = strlen(dictionary);
    bytes[8] = (unsigned char)length;
    memcpy(bytes + 10, dictionary, length);
    assert_int_equal(vp_file_write(path, bytes, 10 + length + data, &err), VP_OK);
    struct vp_array in;
    assert_int_equal(vp_npy_read(path, &in, &err), VP_ERR_FORMAT);
    char expected[600];
    snprintf(expected, sizeof expected, "%s: %s", path, sentence);
    assert_string_equal(err.message, expected);
    assert_null(in.data);
}

static void foreign_npy_files_are_named(void **state) {
    (void)state;
    expect_npy_refused("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }\n", 16,
                       "the array is in Fortran order; save numpy.ascontiguousarray(array) instead");
    expect_npy_refused("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n", 8,
                       "big-endian data ('>f4'); save it as little-endian");
    expect_npy_refused("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }\n", 16,
                       "element type '<c8' is not supported (f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8, b1 are)");
    expect_npy_refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", 8,
                       "a structured array; save its fields as arrays of their own");
    expect_npy_refused("{'descr': '<f4', 'shape': (2,), }\n", 8, "the header lacks descr, fortran_order or shape");
    expect_npy_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -1), }\n", 8,
                       "the header's shape is damaged or has more than 8 dimensions");
    expect_npy_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 8,
                       "the header's shape is damaged or has more than 8 dimensions");
    expect_npy_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 23,
                       "truncated: f32 (2, 3) needs 24 bytes of data, 23 are there");
    /* What is not ours but fine: one dimension in either order, Python 2's long integers. */
    unsigned char bytes[400] = "\x93NUMPY\x01";
    const char *dictionary = "{'shape': (2L,), 'fortran_order': True, 'descr': '<i2'}\n";
    bytes[8] = (unsigned char)strlen(dictionary);
    memcpy(bytes + 10, dictionary, strlen(dictionary));
    assert_int_equal(vp_file_write(path, bytes, 10 + strlen(dictionary) + 4, &err), VP_OK);
    struct vp_array in;
    assert_int_equal(vp_npy_read(path, &in, &err), VP_OK);
    assert_true(vp_array_is(&in, VP_ARRAY_I16, 1, (int64_t[]){2}));
    vp_array_fini(&in);
}

/* Every truncation and every flipped byte is refused or read as some array, never more (the sanitizers watch). */
static void damage_never_harms(void **state) {
    (void)state;
    for (int archive = 0; archive < 2; archive++) {
        struct vp_array out = samples[0];
        fill(&out, 1);
        if (archive) {
            struct vp_npz_writer *writer = vp_npz_writer_create(path, true, &err);
            assert_int_equal(vp_npz_add(writer, "x", &out, &err), VP_OK);
            assert_int_equal(vp_npz_commit(writer, &err), VP_OK);
            vp_npz_writer_destroy(writer);
        } else {
            assert_int_equal(vp_npy_write(path, &out, &err), VP_OK);
        }
        vp_array_fini(&out);
        unsigned char *bytes;
        size_t count;
        int refused = 0;
        assert_int_equal(vp_file_read(path, &bytes, &count, &err), VP_OK);
        for (size_t i = 0; i < 2 * count; i++) {
            bool cut = i >= count;
            if (!cut) bytes[i] ^= 0xff;
            FILE *file = fopen(path, "wb");
            assert_non_null(file);
            fwrite(bytes, 1, cut ? i - count : count, file);
            fclose(file);
            if (!cut) bytes[i] ^= 0xff;
            struct vp_array in = {0};
            memset(&err, 0, sizeof err);
            struct vp_npz *npz = archive ? vp_npz_open(path, &err) : NULL;
            enum vp_status status = !archive ? vp_npy_read(path, &in, &err)
                                    : npz    ? vp_npz_read(npz, "x", &in, &err)
                                             : VP_ERR_FORMAT;
            if (status != VP_OK) assert_non_null(strstr(err.message, path));
            if (cut) assert_int_not_equal(status, VP_OK);
            refused += status != VP_OK;
            vp_npz_close(npz);
            vp_array_fini(&in);
        }
        assert_true((size_t)refused > count);
        free(bytes);
    }
    assert_null(vp_npz_open("/nonexistent/a.npz", &err));
    assert_int_equal(err.status, VP_ERR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves),
        cmocka_unit_test(every_type_becomes_float),
        cmocka_unit_test(shapes_are_matched),
        cmocka_unit_test(npy_round_trip),
        cmocka_unit_test(npz_round_trip),
        cmocka_unit_test(npz_asks_for_what_it_needs),
        cmocka_unit_test(an_unfinished_npz_leaves_the_old_one),
        cmocka_unit_test(foreign_npy_files_are_named),
        cmocka_unit_test(damage_never_harms),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
