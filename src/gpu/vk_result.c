#include "gpu/gpu_internal.h"

const char *vp_vk_result_name(VkResult result) {
    switch (result) {
    case VK_SUCCESS:
        return "VK_SUCCESS";
    case VK_NOT_READY:
        return "VK_NOT_READY";
    case VK_TIMEOUT:
        return "VK_TIMEOUT";
    case VK_INCOMPLETE:
        return "VK_INCOMPLETE";
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return "VK_ERROR_OUT_OF_HOST_MEMORY";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
    case VK_ERROR_INITIALIZATION_FAILED:
        return "VK_ERROR_INITIALIZATION_FAILED";
    case VK_ERROR_DEVICE_LOST:
        return "VK_ERROR_DEVICE_LOST";
    case VK_ERROR_MEMORY_MAP_FAILED:
        return "VK_ERROR_MEMORY_MAP_FAILED";
    case VK_ERROR_LAYER_NOT_PRESENT:
        return "VK_ERROR_LAYER_NOT_PRESENT";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return "VK_ERROR_EXTENSION_NOT_PRESENT";
    case VK_ERROR_FEATURE_NOT_PRESENT:
        return "VK_ERROR_FEATURE_NOT_PRESENT";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return "VK_ERROR_INCOMPATIBLE_DRIVER";
    case VK_ERROR_TOO_MANY_OBJECTS:
        return "VK_ERROR_TOO_MANY_OBJECTS";
    case VK_ERROR_FRAGMENTED_POOL:
        return "VK_ERROR_FRAGMENTED_POOL";
    case VK_ERROR_OUT_OF_POOL_MEMORY:
        return "VK_ERROR_OUT_OF_POOL_MEMORY";
    default:
        return "an unknown VkResult";
    }
}

void vp_vk_check(VkResult result, const char *call, const char *file, int line) {
    if (result == VK_SUCCESS) return;
    vp_assert_failed(call, file, line, "Vulkan answered %s (%d)", vp_vk_result_name(result), (int)result);
}

enum vp_status vp_gpu_check_lost(const struct vp_gpu *gpu, struct vp_error *err) {
    if (!gpu->lost) return VP_OK;
    return vp_fail(err, VP_ERR_DEVICE_LOST,
                   "the driver gave up the device %s (a hang, a reset, or a submission that ran too long): start again "
                   "from the last checkpoint, with a smaller bound on submissions if it happens again",
                   gpu->info.name);
}

enum vp_status vp_vk_status(struct vp_gpu *gpu, VkResult result, const char *call, const char *file, int line,
                            struct vp_error *err) {
    if (result == VK_ERROR_DEVICE_LOST) {
        gpu->lost = true;
        return vp_gpu_check_lost(gpu, err);
    }
    if (result == VK_ERROR_OUT_OF_HOST_MEMORY || result == VK_ERROR_OUT_OF_DEVICE_MEMORY ||
        result == VK_ERROR_OUT_OF_POOL_MEMORY || result == VK_ERROR_FRAGMENTED_POOL)
        return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "%s ran out of memory in the driver (%s): use a smaller batch",
                       gpu->info.name, vp_vk_result_name(result));
    vp_vk_check(result, call, file, line);
    return VP_OK;
}
