/* Where drivers differ from what they say. The only place that knows vendors and drivers by name. */
#include "gpu/gpu_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int mesa_version(const VkPhysicalDeviceDriverProperties *driver) {
    const char *text = strstr(driver->driverInfo, "Mesa ");
    return text ? atoi(text + 5) : 0;
}

void vp_quirks_apply(const VkPhysicalDeviceProperties *device, const VkPhysicalDeviceDriverProperties *driver,
                     struct vp_gpu_caps *caps) {
    (void)device;
    const uint64_t two_gib = (uint64_t)1 << 31;
    switch (driver->driverID) {
    case VK_DRIVER_ID_AMD_PROPRIETARY:
    case VK_DRIVER_ID_AMD_OPEN_SOURCE:
        /* They announce 4 GiB - 1, but index buffers with signed 32-bit offsets. */
        if (caps->max_binding_bytes > two_gib) caps->max_binding_bytes = two_gib;
        break;
    case VK_DRIVER_ID_MESA_LLVMPIPE: {
        int version = mesa_version(driver);
        caps->broadcast_is_slow = version > 0 && version < 24;
        caps->lanes_beat_shared = true;
        break;
    }
    case VK_DRIVER_ID_GOOGLE_SWIFTSHADER:
        caps->lanes_beat_shared = true;
        break;
    default:
        break;
    }
}

uint64_t vp_quirks_heap_bytes(VkPhysicalDeviceType type, uint64_t reported) {
    /* Software devices work in the machine's memory; some report a constant 2 GiB whatever there is, and enforce none.
     */
    if (type != VK_PHYSICAL_DEVICE_TYPE_CPU) return reported;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page <= 0) return reported;
    return (uint64_t)pages * (uint64_t)page;
}

uint64_t vp_quirks_free_bytes(bool is_cpu, uint64_t left) {
    FILE *in = is_cpu ? fopen("/proc/meminfo", "r") : NULL;
    char line[128];
    unsigned long long kib;
    while (in && fgets(line, sizeof line, in))
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1 && kib * 1024 < left) left = kib * 1024;
    if (in) fclose(in);
    return left;
}
