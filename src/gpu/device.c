/* Opening and closing a device. */
#include "gpu/gpu_internal.h"
#include "gpu/profile.h"
#include <stdlib.h>
#include <string.h>

static void open_device(struct vp_gpu *gpu, struct vp_gpu_features *features) {
    const float priority = 1.0f;
    const VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueFamilyIndex = gpu->traits.family,
        .queueCount = 1,
        .pQueuePriorities = &priority,
    };
    const VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .pNext = &features->core,
        .queueCreateInfoCount = 1,
        .pQueueCreateInfos = &queue,
        .enabledExtensionCount = features->extension_count,
        .ppEnabledExtensionNames = features->extensions,
    };
    VP_VK(vkCreateDevice(gpu->physical, &info, NULL, &gpu->device));
    volkLoadDeviceTable(&gpu->vk, gpu->device);
    gpu->vk.vkGetDeviceQueue(gpu->device, gpu->traits.family, 0, &gpu->queue);
}

static enum vp_status choose(struct vp_gpu *gpu, const char *request, struct vp_error *err) {
    VkPhysicalDevice *devices;
    int count;
    vp_instance_devices(&gpu->instance, &devices, &count);
    struct vp_gpu_info *infos = calloc((size_t)count + 1, sizeof *infos);
    vp_assert(infos, "out of host memory for %d devices", count);
    for (int i = 0; i < count; i++) vp_gpu_describe(devices[i], i, &infos[i]);
    char why[128];
    int chosen = vp_gpu_choose(infos, count, request, why, sizeof why, err);
    if (chosen >= 0) {
        gpu->physical = devices[chosen];
        gpu->info = infos[chosen];
        vp_log(&gpu->log, VP_LOG_INFO, "device %d: %s (%s, %s), %.1f GiB; %s", gpu->info.index, gpu->info.name,
               vp_gpu_type_name(gpu->info.type), gpu->info.driver, (double)gpu->info.memory / 1073741824.0, why);
    }
    free(infos);
    free(devices);
    return chosen < 0 ? VP_ERR_NO_DEVICE : VP_OK;
}

static const char *or_environment(const char *option, const char *variable) {
    return option ? option : getenv(variable);
}

static enum vp_status create(struct vp_gpu *gpu, const struct vp_gpu_options *options, struct vp_error *err) {
    unsigned disabled;
    enum vp_status status =
        vp_disable_parse(or_environment(options->disable, "VKPCL_DISABLE"), &disabled, &gpu->without, err);
    if (status != VP_OK) return status;
    gpu->masked = disabled != 0 || gpu->without;
    if (gpu->masked) vp_log(&gpu->log, VP_LOG_INFO, "masked: %s", or_environment(options->disable, "VKPCL_DISABLE"));
    const char *validation = getenv("VKPCL_VALIDATION");
    bool validate = options->validation || (validation && *validation && strcmp(validation, "0") != 0);
    status = vp_instance_init(&gpu->instance, validate, &gpu->log, err);
    if (status != VP_OK) return status;
    status = choose(gpu, or_environment(options->device, "VKPCL_DEVICE"), err);
    if (status != VP_OK) return status;
    /* Layers older than an extension take every use of it for an error. */
    if (gpu->instance.layer_version && gpu->instance.layer_version < VK_MAKE_API_VERSION(0, 1, 3, 255)) {
        disabled |= VP_DISABLE_COOPMAT;
        vp_log(&gpu->log, VP_LOG_DEBUG, "the installed validation layers do not know cooperative matrices: masked");
    }
    struct vp_gpu_features features;
    vp_caps_query(gpu->instance.handle, gpu->physical, disabled, &gpu->caps, &gpu->traits, &features);
    open_device(gpu, &features);
    vp_queue_init(gpu);
    vp_transfers_init(gpu);
    vp_kernels_init(gpu);
    vp_cache_open(gpu, options->cache_folder);
    if (options->profile && !gpu->caps.timestamps)
        vp_log(&gpu->log, VP_LOG_WARN, "%s has no timestamps: there will be no profile", gpu->info.name);
    if (options->profile && gpu->caps.timestamps) gpu->profile = vp_profile_create();
    return VP_OK;
}

struct vp_gpu *vp_gpu_create(const struct vp_gpu_options *options, struct vp_error *err) {
    const struct vp_gpu_options defaults = {0};
    if (!options) options = &defaults;
    struct vp_gpu *gpu = calloc(1, sizeof *gpu);
    vp_assert(gpu, "out of host memory for a device");
    if (options->log) gpu->log = *options->log;
    gpu->submission_ms = options->submission_ms > 0 ? options->submission_ms : 100;
    gpu->memory_limit = options->memory_limit;
    gpu->untuned = options->untuned;
    if (create(gpu, options, err) == VP_OK) return gpu;
    vp_gpu_destroy(gpu);
    return NULL;
}

void vp_gpu_destroy(struct vp_gpu *gpu) {
    if (!gpu) return;
    if (gpu->device) {
        vp_assert(!gpu->programs, "a program outlives its device");
        struct vp_error ignored; /* a lost device has nothing to wait for */
        vp_gpu_wait(gpu, &ignored);
        vp_cache_close(gpu);
        vp_kernels_fini(gpu);
        vp_transfers_fini(gpu);
        vp_memory_fini(gpu);
        vp_queue_fini(gpu);
        gpu->vk.vkDestroyDevice(gpu->device, NULL);
    }
    vp_instance_fini(&gpu->instance);
    vp_profile_destroy(gpu->profile);
    free(gpu->without);
    free(gpu);
}

const struct vp_gpu_caps *vp_gpu_caps(const struct vp_gpu *gpu) {
    return &gpu->caps;
}
const struct vp_gpu_info *vp_gpu_info(const struct vp_gpu *gpu) {
    return &gpu->info;
}

int vp_gpu_validation_messages(const struct vp_gpu *gpu) {
    return atomic_load(&gpu->instance.messages);
}
