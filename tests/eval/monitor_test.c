/* What the monitor says it needs of the device is enough for it, and not a byte too much; and it sees the same in a
 * packed set. */
#include "gpu_for_tests.h"
#include "image_tree.h"
#include "vkpcl/monitor.h"
#include "vkpcl/pack.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 32, PEOPLE = 6, EACH = 10 }; /* the monitor takes eight of a person */
static const struct vp_model_shape shape = {0.0625, SIZE};

static int enter(void **state) {
    char *root = malloc(256), text[8192] = "path,identity,expression,yaw,pitch,roll\n", *at = text + strlen(text);
    assert_non_null(root);
    tree_create(root);
    for (int i = 0; i < PEOPLE * EACH; i++) {
        char name[32];
        snprintf(name, sizeof name, "%02d.png", i);
        tree_image(root, name, SIZE, SIZE, 7 * i);
        at += sprintf(at, "%s,p%d,%s,%d,%d,%d\n", name, i / EACH, i % 2 ? "happy" : "sad", 5 * (i % 7) - 15, i % 5,
                      i % 3);
    }
    tree_text(root, "labels.csv", text);
    *state = root;
    return 0;
}

static int leave(void **state) {
    tree_remove(*state);
    free(*state);
    return 0;
}

struct outcome {
    enum vp_status status;
    uint64_t parameters, forecast;
    double value[VP_MONITOR_COLUMNS];
};

/* One look of a fresh network within so many bytes (0: all there are). */
static struct outcome look(const char *folder, uint64_t limit) {
    struct vp_error err = {0};
    struct vp_gpu *gpu = vp_gpu_create(&(struct vp_gpu_options){.memory_limit = limit}, &err);
    if (!gpu) fail_msg("%s", err.message);
    char path[300];
    snprintf(path, sizeof path, "%s/labels.csv", folder);
    struct vp_params *params = vp_params_create();
    vp_model_add_params(params, &shape);
    struct vp_monitor *monitor;
    must(vp_monitor_create(&monitor, gpu, &(struct vp_labels_request){.path = path}, SIZE, false, NULL, &err), &err);
    const struct vp_pretrain_monitor *hook = vp_monitor_for_pretrain(monitor);
    struct outcome got = {.forecast = hook->memory(hook->context, params, &shape)};
    assert_int_equal(vp_gpu_memory_used(gpu), 0); /* asking takes none */
    must(vp_params_allocate(params, gpu, true, &err), &err);
    must(vp_params_init(params, 3, &err), &err);
    got.parameters = vp_gpu_memory_used(gpu);
    got.status = hook->look(hook->context, params, &shape, got.value, &err);
    vp_monitor_destroy(monitor);
    assert_int_equal(vp_gpu_memory_used(gpu), got.parameters);
    vp_params_destroy(params);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
    return got;
}

static void the_forecast_is_what_is_taken(void **state) {
    struct outcome free_of_limits = look(*state, 0);
    assert_int_equal(free_of_limits.status, VP_OK);
    assert_true(free_of_limits.forecast > 0);
    uint64_t enough = free_of_limits.parameters + free_of_limits.forecast;
    struct outcome tight = look(*state, enough);
    assert_int_equal(tight.status, VP_OK);
    assert_memory_equal(tight.value, free_of_limits.value, sizeof tight.value);
    assert_true(isfinite(tight.value[0]) && isfinite(tight.value[3]));
    assert_int_equal(look(*state, enough - 1).status, VP_ERR_OUT_OF_MEMORY);
}

static void packed_images_look_the_same(void **state) {
    const char *root = *state;
    char packed[300], labels[300];
    snprintf(packed, sizeof packed, "%s/packed", root);
    snprintf(labels, sizeof labels, "%s/labels.csv", root);
    struct vp_error err = {0};
    struct vp_source *source;
    struct vp_pack_result result;
    must(vp_source_open(&root, 1, VP_LAYOUT_FOLDER, NULL, &source, &err), &err);
    must(vp_pack(&(struct vp_pack_request){.source = source, .folder = packed, .size = SIZE, .labels = labels}, &result,
                 &err),
         &err);
    vp_source_destroy(source);
    assert_int_equal(result.images, PEOPLE * EACH);
    struct outcome of_files = look(root, 0), of_array = look(packed, 0);
    assert_int_equal(of_files.status, VP_OK);
    assert_int_equal(of_array.status, VP_OK);
    assert_memory_equal(of_array.value, of_files.value, sizeof of_files.value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_forecast_is_what_is_taken, enter, leave),
        cmocka_unit_test_setup_teardown(packed_images_look_the_same, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
