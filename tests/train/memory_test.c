/* What a run says it needs is what it takes, within the limit it was given; and its bits do not hang on the limit. */
#include "gpu_for_tests.h"
#include "image_tree.h"
#include "train/run.h"
#include "train/settings.h"
#include "vkpcl/file.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

struct fixture {
    char folder[256];
    struct vp_source *source;
    struct vp_config config;
};

static const char *below(const struct fixture *f, const char *name, char path[400]) {
    snprintf(path, 400, "%s/%s", f->folder, name);
    return path;
}

static struct vp_gpu *open_limited(uint64_t bytes) {
    struct vp_error err = {0};
    struct vp_gpu *gpu = vp_gpu_create(&(struct vp_gpu_options){.memory_limit = bytes}, &err);
    if (!gpu) fail_msg("%s", err.message);
    return gpu;
}

static int enter(void **state) {
    struct vp_error err = {0};
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    *state = f;
    tree_create(f->folder);
    for (int i = 0; i < 16; i++) {
        char name[32];
        snprintf(name, sizeof name, "images/%02d.png", i);
        tree_image(f->folder, name, 64, 64, i);
    }
    char images[400];
    const char *path = below(f, "images", images);
    must(vp_source_open(&path, 1, VP_LAYOUT_FOLDER, &(struct vp_log){0}, &f->source, &err), &err);
    vp_config_init(&f->config);
    static const char *const settings[] = {"model.width=0.0625", "data.batch=8", "data.pose_batch=2",
                                           "data.pose_negatives=6", "sample.every=0"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        must(vp_config_set(&f->config, settings[i], &err), &err);
    return 0;
}

static int leave(void **state) {
    struct fixture *f = *state;
    vp_source_destroy(f->source);
    tree_remove(f->folder);
    free(f);
    return 0;
}

struct taken {
    uint64_t need, used;
    int64_t micro_batch;
    int pieces, kept;
};

/* Sets a run up within so many bytes. */
static enum vp_status set_up(const struct fixture *f, uint64_t limit, struct taken *taken, struct vp_error *err) {
    char folder[400];
    struct vp_gpu *gpu = open_limited(limit);
    struct vp_pretrain_request request = {.source = f->source, .folder = below(f, "never", folder)};
    struct vp_run run = {.config = &f->config, .request = &request, .gpu = gpu};
    must(vp_make_folder(request.folder, err), err);
    enum vp_status status = vp_run_setup(&run, err);
    *taken = (struct taken){
        .need = vp_memory_total(&run.need), .used = vp_gpu_memory_used(gpu), .micro_batch = run.micro_batch};
    for (int i = 0; i < VP_PHASES; i++) {
        taken->pieces += run.phase[i] ? run.phase[i]->pieces : 0;
        taken->kept += run.phase[i] ? run.phase[i]->kept_pieces : 0;
    }
    vp_run_fini(&run);
    assert_int_equal(vp_gpu_memory_used(gpu), 0);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
    return status;
}

static void test_prediction_is_what_is_taken(void **state) {
    struct vp_error err = {0};
    struct taken whole, taken;
    must(set_up(*state, 0, &whole, &err), &err);
    assert_int_equal(whole.used, whole.need);
    assert_int_equal(whole.micro_batch, 0);
    assert_int_equal(whole.pieces, 3);
    bool all_kept = false, some_kept = false;
    uint64_t before = whole.need;
    for (int percent = 90; percent >= 30; percent -= 10) {
        uint64_t limit = whole.need * (uint64_t)percent / 100;
        if (set_up(*state, limit, &taken, &err) != VP_OK) break;
        assert_int_equal(taken.used, taken.need);
        assert_true(taken.need <= limit && taken.need <= before);
        assert_true(taken.micro_batch > 0);
        before = taken.need;
        all_kept |= taken.kept == taken.pieces;
        some_kept |= taken.kept < taken.pieces;
    }
    assert_true(all_kept || some_kept);
    assert_true(some_kept);
    /* Exactly what is needed is enough. */
    must(set_up(*state, whole.need, &taken, &err), &err);
    assert_int_equal(taken.micro_batch, 0);
}

static void test_prediction_in_half(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    struct taken whole, half;
    must(set_up(f, 0, &whole, &err), &err);
    must(vp_config_set(&f->config, "model.precision=f16", &err), &err);
    must(set_up(f, 0, &half, &err), &err);
    test_prediction_is_what_is_taken(state);
    must(vp_config_set(&f->config, "model.precision=f32", &err), &err);
    assert_true(half.need < whole.need);
}

/* The released configuration in half, planned for 2 GiB: it fits, at less than 15 % more arithmetic than at once. */
static void test_released_sizes_in_half(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    struct vp_config config;
    vp_config_init(&config);
    must(vp_config_set(&config, "model.precision=f16", &err), &err);
    struct vp_gpu *gpu = open_limited(2048 * MIB);
    const struct vp_pretrain_request request = {.source = f->source, .folder = "never", .log = &(struct vp_log){0}};
    struct vp_run run = {.config = &config, .request = &request, .gpu = gpu, .steps_per_epoch = 1};
    struct vp_phase_settings settings = vp_settings_from_config(&config);
    settings.device_inputs = true;
    settings.sources = config.data.batch;
    settings.pixel_bytes = 3 * settings.sources * 16 * config.model.size * config.model.size; /* sides of four times */
    run.params = vp_params_create();
    vp_model_add_params(run.params, &settings.model);
    vp_phase_shared_prepare(&run.shared, gpu, run.params, &settings);
    must(vp_run_build_phases(&run, (const bool[VP_PHASES]){true, true, true}, VP_MICRO_BATCH_CHOOSE, &err), &err);
    assert_true(vp_memory_total(&run.need) <= 2048 * MIB);
    assert_int_equal(vp_gpu_memory_used(gpu), 0);
    double flops = 0, at_once = 0;
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES; kind++) {
        struct vp_phase *whole = vp_phase_create(kind, &run.shared, &settings);
        flops += run.phase[kind]->plan.flops;
        at_once += whole->plan.flops;
        vp_phase_destroy(whole);
    }
    print_message("%.0f MiB, %.1f %% more arithmetic\n", (double)vp_memory_total(&run.need) / (double)MIB,
                  100 * (flops / at_once - 1));
    assert_true(flops > at_once && flops < 1.15 * at_once);
    vp_run_fini(&run);
    vp_gpu_destroy(gpu);
}

/* The sentence names the least that works: it does, and less does not. */
static void test_the_least_is_named(void **state) {
    struct vp_error err = {0};
    struct taken taken;
    assert_int_equal(set_up(*state, MIB, &taken, &err), VP_ERR_OUT_OF_MEMORY);
    assert_int_equal(taken.used, 0); /* found out before anything was taken */
    const char *at = strstr(err.message, "at least ");
    if (!at) fail_msg("%s", err.message);
    uint64_t least = (uint64_t)strtoull(at + strlen("at least "), NULL, 10);
    assert_true(least > 1);
    must(set_up(*state, least * MIB, &taken, &err), &err);
    assert_true(taken.need > (least - 1) * MIB);
    assert_int_equal(set_up(*state, (least - 1) * MIB, &taken, &err), VP_ERR_OUT_OF_MEMORY);
}

static void test_settings_that_do_not_fit(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    struct taken taken, pieces;
    must(set_up(f, 0, &taken, &err), &err);
    must(vp_config_set(&f->config, "train.micro_batch=4", &err), &err);
    must(set_up(f, 0, &pieces, &err), &err);
    assert_int_equal(pieces.micro_batch, 4);
    assert_int_equal(pieces.kept, pieces.pieces); /* nothing is computed twice while there is room */
    assert_true(pieces.need < taken.need);
    assert_int_equal(set_up(f, MIB, &taken, &err), VP_ERR_OUT_OF_MEMORY);
    assert_non_null(strstr(err.message, "train.micro_batch 0 or"));
    must(vp_config_set(&f->config, "data.batch=16", &err), &err);
    must(vp_config_set(&f->config, "train.micro_batch=1", &err), &err);
    assert_int_equal(set_up(f, 0, &taken, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "use 2 or more"));
    must(vp_config_set(&f->config, "data.batch=8", &err), &err);
    must(vp_config_set(&f->config, "train.micro_batch=0", &err), &err);
}

/* ---- bits ------------------------------------------------------------------------------------------------------- */

static void pretrain(struct fixture *f, const char *out, int iterations, bool resume, uint64_t limit) {
    struct vp_error err = {0};
    char folder[400];
    struct vp_pretrain_request request = {
        .source = f->source, .folder = below(f, out, folder), .resume = resume, .log = &(struct vp_log){0}};
    struct vp_gpu *gpu = open_limited(limit);
    f->config.train.iterations = iterations;
    must(vp_pretrain(gpu, &f->config, &request, &err), &err);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
}

static bool same_checkpoint(const struct fixture *f, const char *a, const char *b) {
    struct vp_error err = {0};
    char path[400], name[64];
    unsigned char *data[2];
    size_t bytes[2];
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/checkpoint-00000003.safetensors", i ? b : a);
        must(vp_file_read(below(f, name, path), &data[i], &bytes[i], &err), &err);
    }
    bool same = bytes[0] == bytes[1] && memcmp(data[0], data[1], bytes[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

static void test_reruns_and_resumed_runs_have_the_same_bits(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    struct taken whole, taken;
    must(set_up(f, 0, &whole, &err), &err);
    uint64_t limit = whole.need / 2;
    must(set_up(f, limit, &taken, &err), &err);
    assert_true(taken.micro_batch > 0 && taken.kept < taken.pieces);
    must(vp_config_set(&f->config, "optimizer.schedule=constant", &err), &err);
    pretrain(f, "first", 3, false, limit);
    pretrain(f, "again", 3, false, limit);
    assert_true(same_checkpoint(f, "first", "again"));
    /* Resumed with all the memory there is: the pieces stay, though all of them may now keep their activations. */
    pretrain(f, "resumed", 2, false, limit);
    pretrain(f, "resumed", 3, true, 0);
    assert_true(same_checkpoint(f, "first", "resumed"));
    pretrain(f, "whole", 3, false, 0);
    assert_false(same_checkpoint(f, "first", "whole")); /* other sums: else nothing above was in pieces */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prediction_is_what_is_taken),
        cmocka_unit_test(test_prediction_in_half),
        cmocka_unit_test(test_released_sizes_in_half),
        cmocka_unit_test(test_the_least_is_named),
        cmocka_unit_test(test_settings_that_do_not_fit),
        cmocka_unit_test(test_reruns_and_resumed_runs_have_the_same_bits),
    };
    return cmocka_run_group_tests_name("memory", tests, enter, leave);
}
