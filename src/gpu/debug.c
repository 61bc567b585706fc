#include "gpu/gpu_internal.h"
#include <stdarg.h>

void vp_debug_name(struct vp_gpu *gpu, VkObjectType type, uint64_t handle, const char *format, ...) {
    if (!gpu->instance.debug_utils) return;
    char name[128];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    const VkDebugUtilsObjectNameInfoEXT info = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
        .objectType = type,
        .objectHandle = handle,
        .pObjectName = name,
    };
    VP_VK(vkSetDebugUtilsObjectNameEXT(gpu->device, &info));
}

void vp_debug_label_begin(struct vp_gpu *gpu, VkCommandBuffer commands, const char *label) {
    if (!gpu->instance.debug_utils) return;
    const VkDebugUtilsLabelEXT info = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT,
        .pLabelName = label,
    };
    vkCmdBeginDebugUtilsLabelEXT(commands, &info);
}

void vp_debug_label_end(struct vp_gpu *gpu, VkCommandBuffer commands) {
    if (gpu->instance.debug_utils) vkCmdEndDebugUtilsLabelEXT(commands);
}
