/* Checkpoints: everything comes back as it was, and nothing that does not belong to the run is taken. */
#include "gpu_for_tests.h"
#include "image_tree.h"
#include "train/run.h"
#include "vkpcl/file.h"
#include "vkpcl/safetensors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A run as the checkpoint sees it: a few parameters of every kind, Adam, and a source. */
struct fixture {
    char folder[256];
    struct vp_gpu *gpu;
    struct vp_config config;
    struct vp_pretrain_request request;
    struct vp_source *source;
    struct vp_run run;
};

static void make_params(struct fixture *f, int64_t outputs) {
    struct vp_error err = {0};
    struct vp_params *params = f->run.params = vp_params_create();
    vp_params_add(params, "conv.weight", vp_shape4(5, 3, 7, 7), true, VP_INIT_CONV_OUT, 0);
    vp_params_add(params, "conv.bias", vp_shape1(5), true, VP_INIT_ZERO, 0);
    vp_params_add(params, "fc.weight", vp_shape2(outputs, 33), true, VP_INIT_FAN_IN, 33);
    vp_params_add(params, "norm.running_mean", vp_shape1(5), false, VP_INIT_ZERO, 0);
    must(vp_params_allocate(params, f->gpu, true, &err), &err);
    struct vp_adam_param adam[3];
    for (int i = 0; i < 3; i++)
        adam[i] = (struct vp_adam_param){(uint64_t)params->list[i].offset, (uint64_t)params->list[i].count, true};
    vp_adam_init(&f->run.shared.adam, adam, 3, 0.9, 0.999);
}

static void drop_params(struct fixture *f) {
    vp_params_destroy(f->run.params);
    vp_adam_fini(&f->run.shared.adam);
    f->run = (struct vp_run){.config = &f->config, .request = &f->request, .gpu = f->gpu};
}

/* Numbers that no other place holds, of both signs, some denormal or with all bits of the mantissa. */
static void number_buffers(struct fixture *f, uint32_t salt) {
    struct vp_error err = {0};
    struct vp_range all[] = {f->run.params->value, f->run.params->m, f->run.params->v};
    for (int i = 0; i < 3; i++) {
        uint32_t *words = calloc(1, all[i].bytes);
        assert_non_null(words);
        for (uint32_t j = 0; j < all[i].bytes / 4; j++)
            words[j] = (salt + (uint32_t)i * 7919 + j) * 2654435761u & ~(1u << 30);
        must(vp_gpu_upload(f->gpu, all[i], words, &err), &err);
        free(words);
    }
}

static void progress(struct vp_run *run, int64_t iteration) {
    run->iteration = iteration;
    run->dwa = (struct vp_dwa){{1.0 / 3, 2.0 / 7}, 5, {0.1, 1e-300}, {12345.678901234567, 3e200}, 9};
    run->sums = (struct vp_report_sums){0.1, 0.2, 1.0 / 3, 4, 5, 6.7, 8};
    for (int i = 0; i < 3; i++) run->shared.adam.steps[i] = 1000000007u * (uint64_t)(i + 1) * (uint64_t)iteration;
}

static void open_source(struct fixture *f) {
    struct vp_error err = {0};
    const char *path = f->folder;
    vp_source_destroy(f->source);
    f->source = NULL;
    must(vp_source_open(&path, 1, VP_LAYOUT_FOLDER, &(struct vp_log){0}, &f->source, &err), &err);
    f->request.source = f->source;
}

static int enter(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    *state = f;
    tree_create(f->folder);
    tree_image(f->folder, "a.png", 8, 8, 1);
    tree_image(f->folder, "b.png", 8, 8, 2);
    f->request.folder = f->folder;
    open_source(f);
    vp_config_init(&f->config);
    f->config.checkpoint.keep = 3;
    f->gpu = gpu_for_tests(NULL);
    f->run = (struct vp_run){.config = &f->config, .request = &f->request, .gpu = f->gpu};
    make_params(f, 17);
    number_buffers(f, 1);
    progress(&f->run, 200);
    return 0;
}

static int leave(void **state) {
    struct fixture *f = *state;
    drop_params(f);
    assert_int_equal(vp_gpu_validation_messages(f->gpu), 0);
    vp_gpu_destroy(f->gpu);
    vp_source_destroy(f->source);
    tree_remove(f->folder);
    free(f);
    return 0;
}

static const char *name_of(const struct fixture *f, int64_t number, char path[400]) {
    snprintf(path, 400, "%s/checkpoint-%08lld.safetensors", f->folder, (long long)number);
    return path;
}

static bool exists(const struct fixture *f, int64_t number) {
    char path[400];
    return access(name_of(f, number, path), F_OK) == 0;
}

static void save(struct fixture *f, int64_t iteration) {
    struct vp_error err = {0};
    progress(&f->run, iteration);
    must(vp_checkpoint_save(&f->run, &err), &err);
}

/* Loading must fail with this status, and with each of these words in the sentence. */
static void refused(struct fixture *f, enum vp_status status, const char *first, const char *second) {
    struct vp_error err = {0};
    assert_int_equal(vp_checkpoint_load(&f->run, &err), status);
    assert_int_equal(err.status, status);
    if (!strstr(err.message, first) || !strstr(err.message, second))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", err.message, first, second);
}

static void *content(struct fixture *f, int64_t number, size_t *bytes) {
    struct vp_error err = {0};
    char path[400];
    unsigned char *data;
    must(vp_file_read(name_of(f, number, path), &data, bytes, &err), &err);
    return data;
}

static void replace(struct fixture *f, int64_t number, const void *data, size_t bytes) {
    struct vp_error err = {0};
    char path[400];
    must(vp_file_write(name_of(f, number, path), data, bytes, &err), &err);
}

static void what_is_loaded_is_what_was_saved(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    struct vp_range range[3];
    unsigned char *before[3];
    save(f, 200);
    for (int i = 0; i < 3; i++) {
        range[i] = i == 0 ? f->run.params->value : i == 1 ? f->run.params->m : f->run.params->v;
        assert_non_null(before[i] = calloc(1, range[i].bytes));
        must(vp_gpu_download(f->gpu, range[i], before[i], &err), &err);
    }
    drop_params(f);
    make_params(f, 17);
    number_buffers(f, 99);
    must(vp_checkpoint_load(&f->run, &err), &err);
    for (int i = 0; i < 3; i++) {
        range[i] = i == 0 ? f->run.params->value : i == 1 ? f->run.params->m : f->run.params->v;
        unsigned char *after = calloc(1, range[i].bytes);
        assert_non_null(after);
        must(vp_gpu_download(f->gpu, range[i], after, &err), &err);
        for (int j = 0; j < (i ? 3 : 4); j++) { /* the padding between parameters belongs to nobody */
            const struct vp_param *param = &f->run.params->list[j];
            assert_memory_equal(after + 4 * param->offset, before[i] + 4 * param->offset, 4 * (size_t)param->count);
        }
        free(after);
        free(before[i]);
    }
    struct vp_run expected = {.shared = f->run.shared};
    uint64_t steps[3];
    expected.shared.adam.steps = steps;
    progress(&expected, 200);
    assert_int_equal(f->run.iteration, 200);
    assert_memory_equal(&f->run.dwa, &expected.dwa, sizeof expected.dwa);
    assert_memory_equal(&f->run.sums, &expected.sums, sizeof expected.sums);
    assert_memory_equal(f->run.shared.adam.steps, steps, sizeof steps);

    size_t first_bytes, second_bytes;
    void *first = content(f, 200, &first_bytes);
    must(vp_checkpoint_save(&f->run, &err), &err);
    void *second = content(f, 200, &second_bytes);
    assert_int_equal(first_bytes, second_bytes);
    assert_memory_equal(first, second, first_bytes);
    free(first);
    free(second);
}

static void weights_lie_under_their_plain_names_in_file_order(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    save(f, 7);
    struct vp_safetensors *file = vp_safetensors_open(name_of(f, 7, path), &err);
    assert_non_null(file);
    const struct vp_array *weight =
        vp_safetensors_need(file, "conv.weight", VP_ARRAY_F32, 4, (const int64_t[]){5, 3, 7, 7}, &err);
    assert_non_null(weight);
    float ordered[5 * 3 * 7 * 7];
    const struct vp_param *param = &f->run.params->list[0];
    must(vp_param_download(f->run.params, param, param->value, ordered, &err), &err);
    assert_memory_equal(weight->data, ordered, sizeof ordered);
    assert_non_null(vp_safetensors_find(file, "norm.running_mean"));
    assert_null(vp_safetensors_find(file, "optimizer.m.norm.running_mean"));
    const struct vp_array *moment = vp_safetensors_find(file, "optimizer.v.fc.weight");
    assert_true(moment && vp_array_is(moment, VP_ARRAY_F32, 2, (const int64_t[]){17, 33}));
    assert_string_equal(vp_safetensors_metadata(file, "iteration"), "7");
    vp_safetensors_close(file);
}

static void only_the_newest_stay(void **state) {
    struct fixture *f = *state;
    char path[400];
    struct vp_error err = {0};
    for (int64_t i = 1; i <= 5; i++) save(f, 100 * i);
    for (int64_t i = 1; i <= 5; i++) assert_int_equal(exists(f, 100 * i), i >= 3);
    must(vp_checkpoint_newest(f->folder, path, sizeof path, &err), &err);
    assert_non_null(strstr(path, "/checkpoint-00000500.safetensors"));
    /* What a kill left half written goes; what only looks alike stays. */
    tree_text(f->folder, "checkpoint-00000550.safetensors.tmp", "half");
    tree_text(f->folder, "checkpoint-best.safetensors", "mine");
    f->config.checkpoint.keep = 1;
    save(f, 600);
    assert_true(exists(f, 600) && !exists(f, 500));
    snprintf(path, sizeof path, "%s/checkpoint-00000550.safetensors.tmp", f->folder);
    assert_int_not_equal(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/checkpoint-best.safetensors", f->folder);
    assert_int_equal(access(path, F_OK), 0);
}

static void numbers_are_compared_as_numbers(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    save(f, 99999999);
    save(f, 100000000);
    must(vp_checkpoint_newest(f->folder, path, sizeof path, &err), &err);
    assert_non_null(strstr(path, "/checkpoint-100000000.safetensors"));
}

static void a_folder_without_checkpoints_is_said(void **state) {
    struct fixture *f = *state;
    refused(f, VP_ERR_IO, "no checkpoint", f->folder);
}

/* Cut anywhere, or with one bit turned anywhere, a file is refused, with the way back. */
static void damaged_files_are_refused(void **state) {
    struct fixture *f = *state;
    save(f, 100);
    save(f, 200);
    size_t bytes;
    unsigned char *data = content(f, 200, &bytes);
    size_t cuts[] = {0, 5, 100, bytes / 2, bytes - 1};
    for (int i = 0; i < 5; i++) {
        replace(f, 200, data, cuts[i]);
        refused(f, VP_ERR_FORMAT, "checkpoint-00000200.safetensors",
                "delete it to go on from checkpoint-00000100.safetensors");
    }
    for (int i = 1; i < 40; i++) {
        size_t at = bytes * (size_t)i / 40;
        data[at] ^= (unsigned char)(1 << i % 8);
        replace(f, 200, data, bytes);
        refused(f, VP_ERR_FORMAT, "checkpoint-00000200.safetensors", "checkpoint-00000100.safetensors");
        data[at] ^= (unsigned char)(1 << i % 8);
    }
    free(data);
    struct vp_error err = {0};
    char path[400];
    unlink(name_of(f, 200, path));
    must(vp_checkpoint_load(&f->run, &err), &err);
    assert_int_equal(f->run.iteration, 100);
    truncate(name_of(f, 100, path), 1000);
    refused(f, VP_ERR_FORMAT, "checkpoint-00000100.safetensors", "without --resume");
}

static void a_renamed_file_is_refused(void **state) {
    struct fixture *f = *state;
    char from[400], to[400];
    save(f, 100);
    rename(name_of(f, 100, from), name_of(f, 300, to));
    refused(f, VP_ERR_FORMAT, "iteration 100", "renamed");
}

static void another_configuration_is_refused_by_name(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    save(f, 100);
    must(vp_config_set(&f->config, "optimizer.lr=0.002", &err), &err);
    refused(f, VP_ERR_USAGE, "optimizer.lr = ", "0.002");
    vp_config_init(&f->config);
    must(vp_config_set(&f->config, "data.batch=16", &err), &err);
    refused(f, VP_ERR_USAGE, "data.batch = 256, now it is 16", "checkpoint-00000100.safetensors");
    vp_config_init(&f->config);
    /* These do not change what is computed, or are there to be changed. */
    static const char *const harmless[] = {"train.iterations=900", "train.epochs=7",  "log.every=3",
                                           "sample.every=4",       "data.workers=5",  "checkpoint.every=6",
                                           "checkpoint.keep=8",    "train.name=later"};
    for (int i = 0; i < 8; i++) must(vp_config_set(&f->config, harmless[i], &err), &err);
    must(vp_checkpoint_load(&f->run, &err), &err);
}

static void other_data_is_refused(void **state) {
    struct fixture *f = *state;
    char path[400], other[400];
    save(f, 100);
    tree_image(f->folder, "c.png", 8, 8, 3);
    open_source(f);
    refused(f, VP_ERR_USAGE, "had 2 images, now there are 3", "checkpoint-00000100.safetensors");
    snprintf(path, sizeof path, "%s/a.png", f->folder);
    unlink(path);
    open_source(f);
    refused(f, VP_ERR_USAGE, "2 images as before", "other names");
    snprintf(other, sizeof other, "%s/c.png", f->folder);
    rename(other, path);
    open_source(f);
    struct vp_error err = {0};
    must(vp_checkpoint_load(&f->run, &err), &err);
}

static void another_shape_is_refused(void **state) {
    struct fixture *f = *state;
    save(f, 100);
    drop_params(f);
    make_params(f, 18);
    refused(f, VP_ERR_FORMAT, "fc.weight", "(17, 33)");
}

static void weights_alone_are_no_checkpoint(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    float zero = 0;
    struct vp_named_array array = {"conv.bias", {VP_ARRAY_F32, 1, {1}, &zero}};
    must(vp_safetensors_write(name_of(f, 5, path), &array, 1, NULL, 0, &err), &err);
    refused(f, VP_ERR_FORMAT, "no checksum", "no checkpoint of a run");
}

static void a_full_disk_leaves_the_old_ones(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400], temporary[420];
    if (access("/dev/full", W_OK) != 0) skip();
    f->config.checkpoint.keep = 1;
    save(f, 100);
    snprintf(temporary, sizeof temporary, "%s.tmp", name_of(f, 200, path));
    assert_int_equal(symlink("/dev/full", temporary), 0);
    progress(&f->run, 200);
    assert_int_equal(vp_checkpoint_save(&f->run, &err), VP_ERR_IO);
    assert_non_null(strstr(err.message, "disk full"));
    assert_non_null(strstr(err.message, "checkpoint-00000100.safetensors"));
    assert_false(exists(f, 200));
    must(vp_checkpoint_load(&f->run, &err), &err);
    assert_int_equal(f->run.iteration, 100);
}

static void the_log_ends_at_the_checkpoint(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/log.tsv", f->folder);
    must(vp_log_truncate(path, 10, &err), &err); /* no log is no fault */
    assert_int_not_equal(access(path, F_OK), 0);
    tree_text(f->folder, "log.tsv", "iteration\tloss\n5\t1.5\n10\t1.25\n15\t1.0\n100\t2\n10");
    must(vp_log_truncate(path, 10, &err), &err);
    unsigned char *data;
    size_t bytes;
    must(vp_file_read(path, &data, &bytes, &err), &err);
    assert_string_equal((char *)data, "iteration\tloss\n5\t1.5\n10\t1.25\n");
    free(data);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(what_is_loaded_is_what_was_saved),
        CASE(weights_lie_under_their_plain_names_in_file_order),
        CASE(only_the_newest_stay),
        CASE(numbers_are_compared_as_numbers),
        CASE(a_folder_without_checkpoints_is_said),
        CASE(damaged_files_are_refused),
        CASE(a_renamed_file_is_refused),
        CASE(another_configuration_is_refused_by_name),
        CASE(other_data_is_refused),
        CASE(another_shape_is_refused),
        CASE(weights_alone_are_no_checkpoint),
        CASE(a_full_disk_leaves_the_old_ones),
        CASE(the_log_ends_at_the_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
