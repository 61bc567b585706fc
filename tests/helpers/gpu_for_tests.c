#include "gpu_for_tests.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

void must(enum vp_status status, const struct vp_error *err) {
    if (status != VP_OK) fail_msg("%s", err->message);
}

struct vp_gpu *gpu_for_tests(const char *disable) {
    struct vp_error err = {0};
    struct vp_gpu *gpu = vp_gpu_create(&(struct vp_gpu_options){.disable = disable, .cache_folder = NULL}, &err);
    if (!gpu) fail_msg("%s", err.message);
    return gpu;
}

int group_gpu_open(void **state) {
    *state = gpu_for_tests(NULL);
    return 0;
}

int group_gpu_close(void **state) {
    int messages = vp_gpu_validation_messages(*state);
    vp_gpu_destroy(*state);
    return messages;
}

int masks_for_tests(const struct vp_gpu *gpu, const char *masks[VP_TEST_MASKS]) {
    const struct vp_gpu_caps *caps = vp_gpu_caps(gpu);
    int count = 0;
    masks[count++] = "";
    if (caps->texel) masks[count++] = "texel";
    if (caps->device_address) masks[count++] = "bda";
    if (caps->subgroup_shuffle) masks[count++] = "subgroup";
    if (caps->f16) masks[count++] = "f16";
    if (caps->coopmat) masks[count++] = "coopmat";
    if (caps->lanes_beat_shared) masks[count++] = "lanes"; /* what a GPU runs */
    if (count > 2) masks[count++] = "texel,bda,subgroup,f16,coopmat";
    return count;
}
