/* Tuning: the faster candidate is found and kept, a stored choice is honoured, what does not fit is refused with a
 * sentence, and one store gives the same bits every time. */
#include "gpu_for_tests.h"
#include "image_tree.h"
#include "ops/conv2d_internal.h"
#include "vkpcl/file.h"
#include "vkpcl/ops/matmul.h"
#include "vkpcl/tune.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    char folder[256];
    struct vp_gpu *gpu;
};

static struct vp_gpu *reopen(struct fixture *f, bool untuned) {
    struct vp_error err = {0};
    vp_gpu_destroy(f->gpu);
    f->gpu = vp_gpu_create(&(struct vp_gpu_options){.cache_folder = f->folder, .untuned = untuned}, &err);
    if (!f->gpu) fail_msg("%s", err.message);
    return f->gpu;
}

static int enter(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    tree_create(f->folder);
    *state = f;
    reopen(f, false);
    return 0;
}

static int leave(void **state) {
    struct fixture *f = *state;
    assert_int_equal(vp_gpu_validation_messages(f->gpu), 0);
    vp_gpu_destroy(f->gpu);
    tree_remove(f->folder);
    free(f);
    return 0;
}

/* Candidates that differ in nothing but how often they clear a buffer. */
struct clears {
    int times[3];
};

static void emit_clears(struct vp_tape *tape, const void *attributes, int which) {
    const struct clears *clears = attributes;
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape1(1 << 16), VP_F32, false);
    const struct { uint32_t count; } args = {1 << 16};
    for (int i = 0; i < clears->times[which]; i++)
        vp_emit(tape,
                &(struct vp_launch){
                    .kernel = "zero_fill", .bind = {vp_value(x)}, VP_PUSH(args), .groups = {(1 << 16) / 64, 1, 1}});
}

static int ask(struct vp_tape *tape, const char *key, const struct clears *clears, int timed) {
    struct vp_question question = {.names = {"first", "second", "third"},
                                   .count = 3,
                                   .timed = timed,
                                   .emit = emit_clears,
                                   .attributes = clears,
                                   .bytes = sizeof *clears};
    snprintf(question.key, sizeof question.key, "%s", key);
    return vp_tape_choose(tape, &question);
}

static void count_calls(void *context, int done, int all, const char *key) {
    (void)done, (void)all, (void)key;
    ++*(int *)context;
}

/* 200 clears against 1: no noise turns that round. */
static void the_faster_candidate_is_taken_and_kept(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    const struct clears slow_first = {{200, 1, 100}}, fast_first = {{1, 200, 200}};
    struct vp_tape *tape = vp_tape_create(f->gpu, "asking");
    assert_int_equal(ask(tape, "slow first", &slow_first, 3), 0); /* untuned: the default */
    assert_int_equal(ask(tape, "slow first", &slow_first, 3), 0);
    assert_int_equal(ask(tape, "fast first", &fast_first, 3), 0);
    assert_int_equal(ask(tape, "not worth it", &slow_first, 1), 0);
    assert_int_equal(vp_tune_open(&tape, 1), 2);
    int answered, calls = 0;
    const struct vp_tune_options options = {.progress = count_calls, .context = &calls, .seconds = 1e6};
    must(vp_tune(f->gpu, &tape, 1, &options, &answered, &err), &err);
    assert_int_equal(answered, 2);
    assert_int_equal(calls, 3);
    assert_int_equal(vp_tune_open(&tape, 1), 0);
    vp_tape_destroy(tape);

    tape = vp_tape_create(reopen(f, false), "asking again"); /* from the file now */
    assert_int_equal(ask(tape, "slow first", &slow_first, 3), 1);
    assert_int_equal(ask(tape, "fast first", &fast_first, 3), 0);
    assert_int_equal(vp_tune_open(&tape, 1), 0);
    vp_tape_destroy(tape);

    tape = vp_tape_create(reopen(f, true), "switched off");
    assert_int_equal(ask(tape, "slow first", &slow_first, 3), 0);
    assert_int_equal(vp_tune_open(&tape, 1), 0);
    vp_tape_destroy(tape);
}

/* A candidate that is stored counts, also one that is not worth timing; one that is gone gives the default. */
static void a_stored_choice_is_honoured(void **state) {
    struct fixture *f = *state;
    const struct clears clears = {{1, 1, 1}};
    vp_gpu_tune_set(f->gpu, "key", "third", 0.5);
    vp_gpu_tune_set(f->gpu, "gone", "fourth", 0.5);
    struct vp_tape *tape = vp_tape_create(f->gpu, "asking");
    assert_int_equal(ask(tape, "key", &clears, 1), 2);
    assert_int_equal(ask(tape, "gone", &clears, 3), 0);
    assert_int_equal(vp_tune_open(&tape, 1), 0);
    vp_tape_destroy(tape);
}

/* The convolution of a tape on `gpu`, run on fixed numbers. */
static uint64_t convolve(struct vp_gpu *gpu, float *result) {
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, "conv");
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape4(2, 9, 9, 8), VP_F32, false);
    struct vp_tensor *w = vp_tape_input(tape, "w", vp_shape4(8, 3, 3, 8), VP_F32, false);
    struct vp_tensor *y = vp_conv2d(tape, x, w, NULL, &(struct vp_conv2d_desc){1, 1, 1.0f});
    vp_tape_keep(tape, y);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    float values[2 * 9 * 9 * 8];
    for (int i = 0; i < 2 * 9 * 9 * 8; i++) values[i] = (float)(i * 7919 % 1009) / 504.5f - 1.0f;
    must(vp_tensor_upload(tape, x, values, &err), &err);
    must(vp_tensor_upload(tape, w, values, &err), &err);
    must(vp_tape_run(tape, &err), &err);
    must(vp_tensor_download(tape, y, result, &err), &err);
    uint64_t signature = vp_tape_signature(tape);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    return signature;
}

static void one_store_gives_the_same_kernels_and_bits(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    enum { COUNT = 2 * 9 * 9 * 8 };
    float plain[COUNT], tuned[COUNT], again[COUNT];
    char path[300];
    snprintf(path, sizeof path, "%s/exported.txt", f->folder);
    uint64_t before = convolve(f->gpu, plain);
    vp_gpu_tune_set(f->gpu, "conv2d fwd n2 h9 w9 c8 k8 r3 s3 stride1 pad1", "conv2d_tile", 1);
    uint64_t after = convolve(f->gpu, tuned);
    if (vp_gpu_caps(f->gpu)->lanes_beat_shared) assert_true(before != after); /* elsewhere that is the default */
    must(vp_gpu_tune_export(f->gpu, path, &err), &err);
    reopen(f, false);
    assert_int_equal(vp_gpu_tune_count(f->gpu), 0); /* an export alone changes no cache */
    must(vp_gpu_tune_import(f->gpu, path, &err), &err);
    assert_true(convolve(f->gpu, again) == after);
    assert_memory_equal(tuned, again, sizeof again);
    for (int i = 0; i < COUNT; i++) assert_float_equal(plain[i], tuned[i], 1e-4f);
}

/* c = a op(b), computed by the candidate that the store names; NULL: by the default. */
static uint64_t multiply(struct vp_gpu *gpu, bool transpose_b, const char *candidate, float *result) {
    enum { M = 16384, N = 64, K = 8 }; /* enough rows for the large tiles */
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, "matmul");
    char key[VP_TUNE_KEY];
    snprintf(key, sizeof key, "matmul b1 m%d n%d k%d%s", M, N, K, transpose_b ? " tb" : "");
    if (candidate) vp_gpu_tune_set(gpu, key, candidate, 1);
    struct vp_tensor *a = vp_tape_input(tape, "a", vp_shape2(M, K), VP_F32, false);
    struct vp_tensor *b = vp_tape_input(tape, "b", transpose_b ? vp_shape2(N, K) : vp_shape2(K, N), VP_F32, false);
    struct vp_tensor *c = vp_matmul(tape, a, b, &(struct vp_matmul_desc){.transpose_b = transpose_b});
    vp_tape_keep(tape, c);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    float *values = calloc(M * K, sizeof *values), *all = calloc(M * N, sizeof *all);
    assert_true(values && all);
    for (int i = 0; i < M * K; i++) values[i] = (float)(i * 7919 % 1009) / 504.5f - 1.0f;
    must(vp_tensor_upload(tape, a, values, &err), &err);
    must(vp_tensor_upload(tape, b, values, &err), &err);
    must(vp_tape_run(tape, &err), &err);
    must(vp_tensor_download(tape, c, all, &err), &err);
    memcpy(result, all + 127 * N, 2 * N * sizeof *all); /* rows of two tiles */
    uint64_t signature = vp_tape_signature(tape);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    free(values);
    free(all);
    return signature;
}

static void products_are_tuned_too(void **state) {
    struct fixture *f = *state;
    static const char *const candidates[2] = {"conv2d_tile.k128x64", "conv2d_tile.c128x64"};
    enum { COUNT = 2 * 64 };
    float plain[COUNT], tuned[COUNT];
    for (int turned = 0; turned < 2; turned++) {
        uint64_t before = multiply(f->gpu, turned, NULL, plain);
        assert_true(multiply(f->gpu, turned, candidates[turned], tuned) != before);
        for (int i = 0; i < COUNT; i++) assert_float_equal(plain[i], tuned[i], 1e-4f);
    }
}

/* Imports what `from` becomes when `what` in it is replaced; the sentence must say `sentence`. */
static void refused(struct fixture *f, const char *text, const char *sentence) {
    struct vp_error err = {0};
    char path[300];
    snprintf(path, sizeof path, "%s/broken.txt", f->folder);
    must(vp_file_write(path, text, strlen(text), &err), &err);
    assert_int_equal(vp_gpu_tune_import(f->gpu, path, &err), VP_ERR_FORMAT);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" expected, found: %s", sentence, err.message);
    assert_int_equal(vp_gpu_tune_count(f->gpu), 0);
}

static void broken_files_are_refused(void **state) {
    struct fixture *f = *state;
    const struct vp_gpu_info *info = vp_gpu_info(f->gpu);
    char text[2048];
    refused(f, "", "no tuning file");
    refused(f, "vkpcl tuning 1\n", "is missing");
    refused(f, "vkpcl tuning 2\ndevice\ta\n", "no tuning file of this version");
    snprintf(text, sizeof text, "vkpcl tuning 1\ndevice\t%s\ndriver\t%s older\nchoices\t0\n", info->name, info->driver);
    refused(f, text, "tune here");
    snprintf(text, sizeof text, "vkpcl tuning 1\ndevice\t%s\ndriver\t%s\nchoices\t2\na\tb\t1\n", info->name,
             info->driver);
    refused(f, text, "cut short: 2 choices announced, 1 there");
    snprintf(text, sizeof text, "vkpcl tuning 1\ndevice\t%s\ndriver\t%s\nchoices\t1\na\tb\n", info->name, info->driver);
    refused(f, text, "line 5: expected key, choice");
    snprintf(text, sizeof text, "vkpcl tuning 1\ndevice\t%s\ndriver\t%s\nchoices\t1\na\tb\t1", info->name,
             info->driver);
    refused(f, text, "cut short");
}

/* The file in the cache folder, made by another version of the driver: ignored, and replaced by the next saving. */
static void another_driver_version_is_ignored(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[600] = "";
    vp_gpu_tune_set(f->gpu, "key", "second", 1);
    must(vp_gpu_tune_save(f->gpu, &err), &err);
    reopen(f, false);
    assert_string_equal(vp_gpu_tuned(f->gpu, "key"), "second");
    DIR *folder = opendir(f->folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (strncmp(entry->d_name, "tuning-", 7) == 0) snprintf(path, sizeof path, "%s/%s", f->folder, entry->d_name);
    closedir(folder);
    unsigned char *text;
    size_t bytes;
    must(vp_file_read(path, &text, &bytes, &err), &err);
    char *driver = strstr((char *)text, "\ndriver\t");
    assert_non_null(driver);
    driver[8] ^= 1; /* another name */
    must(vp_file_write(path, text, bytes, &err), &err);
    free(text);
    reopen(f, false);
    assert_null(vp_gpu_tuned(f->gpu, "key"));
    vp_gpu_tune_set(f->gpu, "other", "first", 1);
    must(vp_gpu_tune_save(f->gpu, &err), &err);
    reopen(f, false);
    assert_null(vp_gpu_tuned(f->gpu, "key"));
    assert_string_equal(vp_gpu_tuned(f->gpu, "other"), "first");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(the_faster_candidate_is_taken_and_kept),    CASE(a_stored_choice_is_honoured),
        CASE(one_store_gives_the_same_kernels_and_bits), CASE(broken_files_are_refused),
        CASE(another_driver_version_is_ignored),         CASE(products_are_tuned_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
