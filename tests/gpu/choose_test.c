/* The rule of choice on made-up machines. */
#include "gpu_fixture.h"

#include "gpu/gpu_internal.h"

static struct vp_gpu_info device(int index, const char *name, enum vp_gpu_type type, const char *unusable) {
    struct vp_gpu_info info = {.index = index, .type = type};
    snprintf(info.name, sizeof info.name, "%s", name);
    snprintf(info.uuid, sizeof info.uuid, "0000000%d-0000-0000-0000-000000000000", index);
    snprintf(info.unusable, sizeof info.unusable, "%s", unusable);
    return info;
}

static int choose(const struct vp_gpu_info *infos, int count, const char *request, struct vp_error *err) {
    char why[128];
    *err = (struct vp_error){0};
    int chosen = vp_gpu_choose(infos, count, request, why, sizeof why, err);
    if (chosen >= 0)
        assert_true(why[0] != 0);
    else
        assert_int_equal(err->status, VP_ERR_NO_DEVICE);
    return chosen;
}

static void discrete_before_integrated_before_virtual_before_cpu(void **state) {
    (void)state;
    struct vp_error err;
    struct vp_gpu_info all[] = {device(0, "llvmpipe", VP_GPU_CPU, ""), device(1, "Virtio", VP_GPU_VIRTUAL, ""),
                                device(2, "Iris Xe", VP_GPU_INTEGRATED, ""),
                                device(3, "Radeon RX", VP_GPU_DISCRETE, ""), device(4, "GeForce", VP_GPU_DISCRETE, "")};
    for (int count = 1; count <= 4; count++) assert_int_equal(choose(all, count, NULL, &err), count - 1);
    assert_int_equal(choose(all, 5, "", &err), 3); /* the first of two equals */
}

static void requests_by_index_name_and_uuid(void **state) {
    (void)state;
    struct vp_error err;
    struct vp_gpu_info all[] = {device(0, "llvmpipe (LLVM 15)", VP_GPU_CPU, ""),
                                device(1, "Radeon 4090 iGPU", VP_GPU_INTEGRATED, ""),
                                device(2, "Radeon RX", VP_GPU_DISCRETE, "")};
    assert_int_equal(choose(all, 3, "0", &err), 0); /* a CPU device when asked for */
    assert_int_equal(choose(all, 3, "LLVM", &err), 0);
    assert_int_equal(choose(all, 3, "radeon", &err), 2); /* the better of two matches */
    assert_int_equal(choose(all, 3, "4090", &err), 1);   /* no such index, but a name */
    assert_int_equal(choose(all, 3, "00000001-0000-0000-0000-000000000000", &err), 1);
    assert_int_equal(choose(all, 3, "Arc", &err), -1);
    assert_non_null(strstr(err.message, "no device matches \"Arc\""));
    assert_non_null(strstr(err.message, "0 llvmpipe (LLVM 15) (CPU), 1 Radeon 4090 iGPU (integrated GPU)"));
    assert_int_equal(choose(all, 3, "7", &err), -1);
}

static void unusable_devices_are_passed_over_and_named(void **state) {
    (void)state;
    struct vp_error err;
    struct vp_gpu_info all[] = {device(0, "Old", VP_GPU_DISCRETE, "Vulkan 1.1 only, 1.2 needed"),
                                device(1, "Iris", VP_GPU_INTEGRATED, "")};
    assert_int_equal(choose(all, 2, NULL, &err), 1);
    assert_int_equal(choose(all, 2, "old", &err), -1);
    assert_non_null(strstr(err.message, "Vulkan 1.1 only"));
    assert_int_equal(choose(all, 1, NULL, &err), -1);
    assert_int_equal(choose(all, 0, NULL, &err), -1);
    assert_non_null(strstr(err.message, "install"));
}

static void the_list_agrees_with_the_opened_device(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_gpu_info infos[16];
    int count;
    CHECK_OK(vp_gpu_list(infos, 16, &count, &err));
    assert_true(count >= 1);
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    const struct vp_gpu_info *info = vp_gpu_info(gpu);
    assert_true(info->index < count);
    assert_string_equal(infos[info->index].name, info->name);
    assert_string_equal(infos[info->index].uuid, info->uuid);
    struct vp_gpu *again = open_gpu((struct vp_gpu_options){.device = info->uuid});
    assert_string_equal(vp_gpu_info(again)->uuid, info->uuid);
    close_gpu(again);
    close_gpu(gpu);
}

static void an_unknown_device_is_an_error(void **state) {
    (void)state;
    struct vp_error err = {0};
    assert_null(vp_gpu_create(&(struct vp_gpu_options){.device = "no such thing", .cache_folder = ""}, &err));
    assert_int_equal(err.status, VP_ERR_NO_DEVICE);
    assert_non_null(strstr(err.message, "no such thing"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discrete_before_integrated_before_virtual_before_cpu),
        cmocka_unit_test(requests_by_index_name_and_uuid),
        cmocka_unit_test(unusable_devices_are_passed_over_and_named),
        cmocka_unit_test(the_list_agrees_with_the_opened_device),
        cmocka_unit_test(an_unknown_device_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
