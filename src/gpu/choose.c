/* Which devices there are and which one is taken. */
#include "gpu/gpu_internal.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *vp_gpu_type_name(enum vp_gpu_type type) {
    static const char *const names[] = {"CPU", "virtual GPU", "integrated GPU", "discrete GPU"};
    return names[type];
}

static bool is_index(const char *text) {
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits < 6 && text[digits] == 0;
}

static bool contains(const char *text, const char *part) {
    size_t length = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, length) == 0) return true;
    return false;
}

/* The best of those whose name contains `part` (NULL: all); unusable ones only when nothing else is left. */
static int best(const struct vp_gpu_info *infos, int count, const char *part) {
    int found = -1;
    for (int i = 0; i < count; i++) {
        if (part && !contains(infos[i].name, part)) continue;
        if (found < 0) {
            found = i;
            continue;
        }
        bool usable = !infos[i].unusable[0], was = !infos[found].unusable[0];
        if (usable != was ? usable : infos[i].type > infos[found].type) found = i;
    }
    return found;
}

static void list(const struct vp_gpu_info *infos, int count, char *text, size_t size) {
    size_t at = 0;
    text[0] = 0;
    for (int i = 0; i < count && at < size; i++) {
        int n =
            snprintf(text + at, size - at, "%s%d %s (%s%s%s)", i ? ", " : "", infos[i].index, infos[i].name,
                     vp_gpu_type_name(infos[i].type), infos[i].unusable[0] ? "; unusable: " : "", infos[i].unusable);
        if (n < 0) break;
        at += (size_t)n;
    }
}

static int requested(const struct vp_gpu_info *infos, int count, const char *request, const char **how) {
    *how = "chosen by index";
    if (is_index(request))
        for (int i = 0; i < count; i++)
            if (infos[i].index == atoi(request)) return i;
    *how = "chosen by UUID";
    for (int i = 0; i < count; i++)
        if (strcasecmp(infos[i].uuid, request) == 0) return i;
    *how = "chosen by name";
    return best(infos, count, request);
}

int vp_gpu_choose(const struct vp_gpu_info *infos, int count, const char *request, char *why, size_t size,
                  struct vp_error *err) {
    char all[700];
    list(infos, count, all, sizeof all);
    if (count == 0) {
        vp_fail(err, VP_ERR_NO_DEVICE,
                "no Vulkan device on this machine: install your GPU's Vulkan driver, or mesa-vulkan-drivers for a "
                "software device");
        return -1;
    }
    const char *how = "the best of its kind";
    bool asked = request && request[0];
    int found = asked ? requested(infos, count, request, &how) : best(infos, count, NULL);
    if (found < 0) {
        vp_fail(err, VP_ERR_NO_DEVICE, "no device matches \"%s\"; found: %s; choose with --device or VKPCL_DEVICE",
                request, all);
        return -1;
    }
    if (infos[found].unusable[0]) {
        vp_fail(err, VP_ERR_NO_DEVICE, "%s cannot be used: %s; found: %s; choose with --device or VKPCL_DEVICE",
                infos[found].name, infos[found].unusable, all);
        return -1;
    }
    if (!asked && count == 1)
        how = "the only device";
    else if (!asked && infos[found].type == VP_GPU_CPU)
        how = "no usable GPU found";
    snprintf(why, size, "%s", how);
    return found;
}

void vp_gpu_describe(VkPhysicalDevice physical, int index, struct vp_gpu_info *info) {
    VkPhysicalDeviceProperties first;
    vkGetPhysicalDeviceProperties(physical, &first);
    *info = (struct vp_gpu_info){.index = index};
    snprintf(info->name, sizeof info->name, "%s", first.deviceName);
    if (first.apiVersion < VK_API_VERSION_1_2)
        snprintf(info->unusable, sizeof info->unusable, "Vulkan %u.%u only, 1.2 needed",
                 VK_API_VERSION_MAJOR(first.apiVersion), VK_API_VERSION_MINOR(first.apiVersion));
    info->type = first.deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU     ? VP_GPU_DISCRETE
                 : first.deviceType == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU ? VP_GPU_INTEGRATED
                 : first.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU            ? VP_GPU_CPU
                                                                              : VP_GPU_VIRTUAL;
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    for (uint32_t i = 0; i < memory.memoryHeapCount; i++)
        if ((memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) &&
            memory.memoryHeaps[i].size > info->memory)
            info->memory = memory.memoryHeaps[i].size;
    info->memory = vp_quirks_heap_bytes(first.deviceType, info->memory);
    VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceIDProperties id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    if (!info->unusable[0]) id.pNext = &driver;
    VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &id};
    if (first.apiVersion >= VK_API_VERSION_1_1) vkGetPhysicalDeviceProperties2(physical, &properties);
    snprintf(info->driver, sizeof info->driver, "%.100s%s%.150s", driver.driverName, driver.driverInfo[0] ? " " : "",
             driver.driverInfo);
    const uint8_t *u = id.deviceUUID;
    snprintf(info->uuid, sizeof info->uuid, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
    uint32_t families = 0;
    VkQueueFamilyProperties queues[16];
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &families, NULL);
    if (families > 16) families = 16;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &families, queues);
    bool compute = false;
    for (uint32_t i = 0; i < families; i++) compute |= (queues[i].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0;
    if (!compute && !info->unusable[0]) snprintf(info->unusable, sizeof info->unusable, "no compute queue");
}

enum vp_status vp_gpu_list(struct vp_gpu_info *infos, int capacity, int *count, struct vp_error *err) {
    struct vp_instance instance;
    *count = 0;
    enum vp_status status = vp_instance_init(&instance, false, NULL, err);
    if (status != VP_OK) return status;
    VkPhysicalDevice *devices;
    vp_instance_devices(&instance, &devices, count);
    for (int i = 0; i < *count && i < capacity; i++) vp_gpu_describe(devices[i], i, &infos[i]);
    if (*count > capacity) *count = capacity;
    free(devices);
    vp_instance_fini(&instance);
    return VP_OK;
}
