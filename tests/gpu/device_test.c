/* Memory and its limits, the pipeline cache, validation, and a lost device. */
#include "gpu_fixture.h"

#include "gpu/gpu_internal.h"
#include "vkpcl/file.h"
#include <dirent.h>
#include <unistd.h>

static void memory_is_counted_and_limited(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){.memory_limit = 1 << 20});
    struct vp_error err = {0};
    struct vp_range a, b, c;
    CHECK_OK(vp_gpu_alloc(gpu, 600000, "weights", &a, &err));
    assert_int_equal(vp_gpu_memory_used(gpu), 600000);
    assert_int_equal(vp_gpu_memory_free(gpu), (1 << 20) - 600000);
    assert_int_equal(vp_gpu_alloc(gpu, 500000, "activations", &b, &err), VP_ERR_OUT_OF_MEMORY);
    assert_non_null(strstr(err.message, "activations needs 0.5 MiB"));
    assert_non_null(strstr(err.message, "0.4 MiB of 1.0 MiB are free"));
    assert_int_equal(b.block, 0);
    vp_gpu_free(gpu, a);
    CHECK_OK(vp_gpu_alloc(gpu, 500000, "activations", &b, &err));
    assert_int_not_equal(a.block, b.block); /* the place is used again, under another name */
    assert_int_equal(vp_gpu_alloc(gpu, UINT64_C(1) << 60, "the universe", &c, &err), VP_ERR_OUT_OF_MEMORY);
    assert_non_null(strstr(err.message, "the universe"));
    vp_gpu_free(gpu, b);
    close_gpu(gpu);
}

static void many_blocks(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range blocks[100];
    for (uint32_t i = 0; i < 100; i++) {
        blocks[i] = alloc(gpu, 4 * (i + 1));
        CHECK_OK(vp_gpu_fill(gpu, blocks[i], i, &err));
    }
    for (uint32_t i = 0; i < 100; i += 2) vp_gpu_free(gpu, blocks[i]);
    for (uint32_t i = 1; i < 100; i += 2) {
        uint32_t back[100];
        CHECK_OK(vp_gpu_download(gpu, blocks[i], back, &err));
        for (uint32_t k = 0; k <= i; k++) assert_int_equal(back[k], i);
    }
    close_gpu(gpu); /* frees what is left */
}

static void capabilities_are_sane(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    const struct vp_gpu_caps *caps = vp_gpu_caps(gpu);
    assert_true(caps->max_invocations >= 128 && caps->max_groups[0] >= 65535 && caps->shared_bytes >= 16384);
    assert_true(caps->binding_alignment >= 16 && (caps->binding_alignment & (caps->binding_alignment - 1)) == 0);
    assert_true(caps->max_binding_bytes >= UINT64_C(1) << 27 && caps->max_allocation_bytes >= UINT64_C(1) << 27);
    assert_true(caps->subgroup_min <= caps->subgroup_size && caps->subgroup_size <= caps->subgroup_max);
    assert_int_equal(strlen(vp_gpu_info(gpu)->uuid), 36);
    assert_true(vp_gpu_memory_free(gpu) > 0);
    close_gpu(gpu);
}

/* Opens a device on the cache in `folder`, makes one pipeline; did the driver get bytes from the file? */
static bool run_with_cache(const char *folder) {
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){.cache_folder = folder});
    struct vp_error err = {0};
    bool loaded = gpu->cache_loaded;
    struct vp_range x = alloc(gpu, 128), y = alloc(gpu, 128);
    const struct axpy_push push = {32, 1};
    struct vp_dispatch d = axpy(x, y, &push, 0);
    struct vp_program *program = vp_program_create(gpu, "cache", &d, 1, &err);
    assert_non_null(program);
    vp_program_destroy(program);
    close_gpu(gpu);
    return loaded;
}

static void find_file(const char *folder, char *path, size_t size) {
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    path[0] = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (entry->d_name[0] != '.') {
            assert_true(path[0] == 0); /* one file, no leftovers */
            snprintf(path, size, "%s/%s", folder, entry->d_name);
        }
    closedir(dir);
    assert_true(path[0] != 0);
}

static void damaged_caches_are_ignored(void **state) {
    (void)state;
    char base[] = "vkpcl-cache-XXXXXX", folder[64], path[400];
    struct vp_error err = {0};
    assert_non_null(mkdtemp(base));
    snprintf(folder, sizeof folder, "%s/new/deep", base); /* made on demand */
    assert_false(run_with_cache(folder));
    find_file(folder, path, sizeof path);
    assert_non_null(strstr(path, "/pipelines-"));
    assert_true(run_with_cache(folder));
    unsigned char *data;
    size_t bytes;
    CHECK_OK(vp_file_read(path, &data, &bytes, &err));
    assert_true(bytes > 24);
    data[bytes - 1] ^= 1;
    CHECK_OK(vp_file_write(path, data, bytes, &err)); /* a flipped bit */
    assert_false(run_with_cache(folder));
    CHECK_OK(vp_file_write(path, data, bytes / 2, &err)); /* cut short */
    assert_false(run_with_cache(folder));
    CHECK_OK(vp_file_write(path, "PNG", 3, &err)); /* something else */
    assert_false(run_with_cache(folder));
    assert_true(run_with_cache(folder)); /* each of them was replaced */
    free(data);
    unlink(path);
    rmdir(folder);
    snprintf(folder, sizeof folder, "%s/new", base);
    rmdir(folder);
    assert_int_equal(rmdir(base), 0);
}

static void a_cache_that_cannot_be_written_is_no_error(void **state) {
    (void)state;
    assert_false(run_with_cache("/proc/nowhere"));
}

static void the_layers_are_listening(void **state) {
    (void)state;
    struct vp_log silent = vp_log_init(NULL, false);
    struct vp_error err = {0};
    struct vp_gpu *gpu =
        vp_gpu_create(&(struct vp_gpu_options){.validation = true, .cache_folder = "", .log = &silent}, &err);
    if (!gpu && err.status == VP_ERR_USAGE && strstr(err.message, "vulkan-validationlayers")) skip();
    assert_non_null(gpu);
    struct vp_range block = alloc(gpu, 256);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    VkCommandBuffer commands = vp_commands_create(gpu);
    vp_commands_begin(gpu, commands, 0);
    VkBuffer buffer = vp_block_of(gpu, block)->buffer;
    gpu->vk.vkCmdFillBuffer(commands, buffer, 0, 256, 1);
    gpu->vk.vkCmdFillBuffer(commands, buffer, 0, 256, 2); /* write after write without a barrier */
    int hazards = vp_gpu_validation_messages(gpu);
    assert_true(hazards > 0);
    gpu->vk.vkCmdFillBuffer(commands, buffer, 3, 4, 1); /* a misplaced fill */
    assert_true(vp_gpu_validation_messages(gpu) > hazards);
    vp_gpu_destroy(gpu);
}

static void a_lost_device_is_a_status_everywhere(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range x = alloc(gpu, 128), y = alloc(gpu, 128), more;
    const struct axpy_push push = {32, 1};
    struct vp_dispatch d = axpy(x, y, &push, 0);
    struct vp_program *program = vp_program_create(gpu, "lost", &d, 1, &err);
    struct vp_readback readback, late;
    float data[32] = {0};
    CHECK_OK(vp_gpu_readback_begin(gpu, x, &readback, &err));
    CHECK_OK(vp_gpu_wait(gpu, &err));
    gpu->lost = true; /* as a driver's answer would make it */
    assert_int_equal(vp_program_submit(program, &err), VP_ERR_DEVICE_LOST);
    assert_non_null(strstr(err.message, "checkpoint"));
    assert_int_equal(vp_gpu_upload(gpu, x, data, &err), VP_ERR_DEVICE_LOST);
    assert_int_equal(vp_gpu_fill(gpu, x, 0, &err), VP_ERR_DEVICE_LOST);
    assert_int_equal(vp_gpu_download(gpu, x, data, &err), VP_ERR_DEVICE_LOST);
    assert_int_equal(vp_gpu_readback_begin(gpu, x, &late, &err), VP_ERR_DEVICE_LOST);
    assert_int_equal(vp_gpu_readback_end(gpu, readback, data, &err), VP_ERR_DEVICE_LOST);
    assert_int_equal(vp_gpu_wait(gpu, &err), VP_ERR_DEVICE_LOST);
    assert_int_equal(vp_gpu_alloc(gpu, 64, "more", &more, &err), VP_ERR_DEVICE_LOST);
    assert_null(vp_program_create(gpu, "after", &d, 1, &err));
    vp_program_destroy(program);
    vp_gpu_free(gpu, x);
    close_gpu(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_counted_and_limited),
        cmocka_unit_test(many_blocks),
        cmocka_unit_test(capabilities_are_sane),
        cmocka_unit_test(damaged_caches_are_ignored),
        cmocka_unit_test(a_cache_that_cannot_be_written_is_no_error),
        cmocka_unit_test(the_layers_are_listening),
        cmocka_unit_test(a_lost_device_is_a_status_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
