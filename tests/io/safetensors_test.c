#include "vkpcl/file.h"
#include "vkpcl/safetensors.h"
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
    snprintf(folder, sizeof folder, "%.150s/vkpcl-safetensors-XXXXXX", root && *root ? root : "/tmp");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    return 0;
}

static int leave(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static float weight[6] = {1, -2, 3.5f, 0, 1e-30f, 6};
static uint8_t pixels[3] = {1, 2, 255};
static int64_t step[1] = {123456789012345};
static uint16_t half[2] = {0x3c00, 0xc000};
/* The bytes in the middle leave what follows unaligned. */
static const struct vp_named_array arrays[] = {
    {"encoder.conv1.0.weight", {VP_ARRAY_F32, 2, {2, 3}, weight}},
    {"a.pixels", {VP_ARRAY_U8, 1, {3}, pixels}},
    {"train.step", {VP_ARRAY_I64, 0, {0}, step}},
    {"empty", {VP_ARRAY_F32, 2, {0, 7}, NULL}},
    {"half", {VP_ARRAY_F16, 1, {2}, half}},
};
static const struct vp_metadata metadata[] = {{"format", "pt"}, {"note", "quote \" and \n line"}};

static void arrays_and_metadata_round_trip(void **state) {
    (void)state;
    assert_int_equal(vp_safetensors_write(path, arrays, 5, metadata, 2, &err), VP_OK);
    struct vp_safetensors *file = vp_safetensors_open(path, &err);
    assert_non_null(file);
    assert_int_equal(vp_safetensors_count(file), 5);
    assert_string_equal(vp_safetensors_path(file), path);
    assert_string_equal(vp_safetensors_at(file, 0)->name, "a.pixels");
    for (int i = 0; i < 5; i++) {
        const struct vp_array *out = &arrays[i].array, *in = vp_safetensors_find(file, arrays[i].name);
        assert_non_null(in);
        assert_true(vp_array_is(in, (int)out->type, out->rank, out->shape));
        if (out->data) assert_memory_equal(in->data, out->data, vp_array_bytes(out));
        assert_int_equal((uintptr_t)in->data % vp_array_type_bytes(in->type), 0);
        if (i > 0) assert_true(strcmp(vp_safetensors_at(file, i - 1)->name, vp_safetensors_at(file, i)->name) < 0);
    }
    assert_int_equal(vp_safetensors_metadata_count(file), 2);
    assert_string_equal(vp_safetensors_metadata(file, "note"), "quote \" and \n line");
    assert_string_equal(vp_safetensors_metadata_at(file, 0).key, "format");
    assert_null(vp_safetensors_metadata(file, "absent"));
    assert_null(vp_safetensors_find(file, "absent"));
    vp_safetensors_close(file);
    vp_safetensors_close(NULL);
}

static void nothing_at_all_round_trips(void **state) {
    (void)state;
    assert_int_equal(vp_safetensors_write(path, NULL, 0, NULL, 0, &err), VP_OK);
    struct vp_safetensors *file = vp_safetensors_open(path, &err);
    assert_non_null(file);
    assert_int_equal(vp_safetensors_count(file) + vp_safetensors_metadata_count(file), 0);
    assert_null(vp_safetensors_find(file, "x"));
    vp_safetensors_close(file);
}

static void needs_are_checked(void **state) {
    (void)state;
    assert_int_equal(vp_safetensors_write(path, arrays, 5, NULL, 0, &err), VP_OK);
    struct vp_safetensors *file = vp_safetensors_open(path, &err);
    assert_non_null(vp_safetensors_need(file, "half", VP_ARRAY_F16, 1, (int64_t[]){2}, &err));
    char expected[600];
    assert_null(vp_safetensors_need(file, "encoder.conv1.0.weight", VP_ARRAY_F32, 4, (int64_t[]){64, 3, 7, 7}, &err));
    snprintf(expected, sizeof expected, "%s: encoder.conv1.0.weight: expected f32 (64, 3, 7, 7), found f32 (2, 3)",
             path);
    assert_string_equal(err.message, expected);
    assert_null(vp_safetensors_need(file, "absent", -1, 0, NULL, &err));
    snprintf(expected, sizeof expected, "%s has no array absent (it holds 5 others)", path);
    assert_string_equal(err.message, expected);
    vp_safetensors_close(file);
}

static void streaming_in_pieces(void **state) {
    (void)state;
    struct vp_safetensors_writer *writer = vp_safetensors_writer_create();
    vp_safetensors_declare(writer, "w", &arrays[0].array);
    assert_int_equal(vp_safetensors_begin(writer, path, &err), VP_OK);
    vp_safetensors_data(writer, weight, 4);
    vp_safetensors_data(writer, weight + 1, 20);
    assert_int_equal(vp_safetensors_commit(writer, &err), VP_OK);
    vp_safetensors_writer_destroy(writer);
    struct vp_safetensors *file = vp_safetensors_open(path, &err);
    assert_memory_equal(vp_safetensors_find(file, "w")->data, weight, sizeof weight);
    vp_safetensors_close(file);
    /* Given up half way: the old file stays. */
    writer = vp_safetensors_writer_create();
    vp_safetensors_declare(writer, "other", &arrays[0].array);
    assert_int_equal(vp_safetensors_begin(writer, path, &err), VP_OK);
    vp_safetensors_data(writer, weight, 4);
    vp_safetensors_writer_destroy(writer);
    file = vp_safetensors_open(path, &err);
    assert_non_null(vp_safetensors_find(file, "w"));
    vp_safetensors_close(file);
}

static void write_raw(const char *header, size_t header_length, size_t data) {
    unsigned char bytes[4096] = {0};
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)header_length >> (8 * i));
    memcpy(bytes + 8, header, strlen(header));
    assert_int_equal(vp_file_write(path, bytes, 8 + strlen(header) + data, &err), VP_OK);
}

static void expect_refused(const char *header, size_t data, const char *sentence) {
    write_raw(header, strlen(header), data);
    memset(&err, 0, sizeof err);
    assert_null(vp_safetensors_open(path, &err));
    char expected[700];
    snprintf(expected, sizeof expected, "%s: %s", path, sentence);
    assert_string_equal(err.message, expected);
    assert_int_equal(err.status, VP_ERR_FORMAT);
}

static void inconsistent_files_are_refused(void **state) {
    (void)state;
#define ENTRY(name, shape, begin, end)                                                                                 \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"
    expect_refused("{" ENTRY("w", "[2]", 0, 8) "}", 7,
                   "array w ends at byte 8 of the data, but only 7 are there: truncated");
    expect_refused("{" ENTRY("w", "[3]", 0, 8) "}", 8, "array w: f32 (3) needs 12 bytes, its data_offsets span 8");
    expect_refused("{" ENTRY("w", "[2]", 8, 0) "}", 8, "array w: its data_offsets are damaged");
    expect_refused("{" ENTRY("w", "[2]", 0.5, 8) "}", 8, "array w: its data_offsets are damaged");
    expect_refused("{" ENTRY("w", "[-2]", 0, 8) "}", 8, "array w: its shape is damaged");
    expect_refused("{" ENTRY("w", "[4294967296,4294967296]", 0, 8) "}", 8, "array w: its shape is damaged");
    expect_refused("{" ENTRY("w", "2", 0, 8) "}", 8, "array w: its header entry lacks a shape");
    expect_refused("{" ENTRY("v", "[2]", 0, 8) "," ENTRY("w", "[2]", 4, 12) "}", 12,
                   "the data of arrays v and w overlaps");
    expect_refused("{" ENTRY("v", "[1]", 0, 4) "," ENTRY("w", "[1]", 8, 12) "}", 12,
                   "4 bytes before array w belong to no array");
    expect_refused("{" ENTRY("v", "[1]", 0, 4) "," ENTRY("v", "[1]", 4, 8) "}", 8,
                   "array v: it is in the header twice");
    expect_refused("{" ENTRY("v", "[1]", 0, 4) "}", 9, "5 bytes behind the last array belong to none");
    expect_refused("{\"w\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
                   "array w: dtype F8_E4M3 is not supported");
    expect_refused("{\"w\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "array w: its header entry lacks a dtype");
    expect_refused("{\"w\":3}", 1, "array w: its header entry lacks a dtype");
    expect_refused("{\"__metadata__\":{\"a\":1}}", 0, "the metadata must map text to text");
    expect_refused("{\"w\":", 0, "the header is not valid JSON");
    expect_refused("[]", 0, "the header is not valid JSON");
    write_raw("{}", 1000, 0);
    assert_null(vp_safetensors_open(path, &err));
    assert_non_null(strstr(err.message, "the header should be 1000 bytes, but the file has 10 in all: truncated"));
    assert_int_equal(vp_file_write(path, "abc", 3, &err), VP_OK);
    assert_null(vp_safetensors_open(path, &err));
    assert_non_null(strstr(err.message, "truncated, or not safetensors"));
    assert_null(vp_safetensors_open("/nonexistent/w", &err));
    assert_int_equal(err.status, VP_ERR_IO);
}

/* Every truncation is refused, every flipped byte is refused or harmless (the sanitizers watch). */
static void damage_never_harms(void **state) {
    (void)state;
    assert_int_equal(vp_safetensors_write(path, arrays, 5, metadata, 2, &err), VP_OK);
    unsigned char *bytes;
    size_t count;
    assert_int_equal(vp_file_read(path, &bytes, &count, &err), VP_OK);
    for (size_t i = 0; i < 2 * count; i++) {
        bool cut = i >= count;
        if (!cut) bytes[i] ^= 0x15;
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        fwrite(bytes, 1, cut ? i - count : count, out);
        fclose(out);
        if (!cut) bytes[i] ^= 0x15;
        struct vp_safetensors *file = vp_safetensors_open(path, &err);
        if (!file) assert_non_null(strstr(err.message, path));
        if (cut) assert_null(file);
        for (int k = 0; file && k < vp_safetensors_count(file); k++) {
            const struct vp_array *array = &vp_safetensors_at(file, k)->array;
            float *values = calloc((size_t)vp_array_count(array) + 1, sizeof *values);
            assert_non_null(values);
            if (array->type != VP_ARRAY_BF16) vp_array_to_f32(array, values);
            free(values);
        }
        vp_safetensors_close(file);
    }
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_and_metadata_round_trip),
        cmocka_unit_test(nothing_at_all_round_trips),
        cmocka_unit_test(needs_are_checked),
        cmocka_unit_test(streaming_in_pieces),
        cmocka_unit_test(inconsistent_files_are_refused),
        cmocka_unit_test(damage_never_harms),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
