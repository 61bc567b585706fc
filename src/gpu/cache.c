/* The pipeline cache on disk: one file per device and driver, so that a new driver starts a new file.
 *
 * Drivers trust what they are given, so the file has a head of ours with a checksum; what does not fit is ignored.
 */
#include "gpu/gpu_internal.h"
#include "gpu/tune.h"
#include "vkpcl/file.h"
#include <stdlib.h>
#include <string.h>

struct cache_head {
    char magic[8];
    uint64_t bytes, checksum;
};
static const char cache_magic[8] = "vkpclpc1";

/* FNV-1a, 64 bits. */
static uint64_t checksum(const unsigned char *data, size_t bytes) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes; i++) hash = (hash ^ data[i]) * 0x100000001b3u;
    return hash;
}

static char *join(const char *format, const char *a, const char *b, const char *c) {
    size_t size = strlen(format) + strlen(a) + strlen(b) + strlen(c);
    char *text = malloc(size);
    vp_assert(text, "out of host memory for a path");
    snprintf(text, size, format, a, b, c);
    return text;
}

static char *default_folder(void) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/') return join("%s%s%s", cache, "/vkpcl", "");
    if (home && home[0]) return join("%s%s%s", home, "/.cache", "/vkpcl");
    return NULL;
}

static char *file_path(const struct vp_gpu *gpu, const char *folder) {
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(gpu->physical, &properties);
    char uuid[2 * VK_UUID_SIZE + 1], version[32];
    for (size_t i = 0; i < VK_UUID_SIZE; i++) snprintf(uuid + 2 * i, 3, "%02x", properties.pipelineCacheUUID[i]);
    snprintf(version, sizeof version, "%08x", (unsigned)properties.driverVersion);
    return join("%s/pipelines-%s-%s.bin", folder, uuid, version);
}

/* The driver's bytes of a good file, else NULL. */
static unsigned char *load(const struct vp_gpu *gpu, const char *path, size_t *bytes) {
    unsigned char *data = NULL;
    struct vp_error ignored;
    *bytes = 0;
    size_t size;
    if (vp_file_read(path, &data, &size, &ignored) != VP_OK) return NULL; /* the first time there is none */
    struct cache_head head = {0};
    if (size >= sizeof head) memcpy(&head, data, sizeof head);
    if (memcmp(head.magic, cache_magic, sizeof cache_magic) == 0 && head.bytes == size - sizeof head &&
        head.checksum == checksum(data + sizeof head, size - sizeof head)) {
        *bytes = size - sizeof head;
        memmove(data, data + sizeof head, *bytes);
        return data;
    }
    vp_log(&gpu->log, VP_LOG_DEBUG, "%s is damaged: pipelines are compiled anew", path);
    free(data);
    return NULL;
}

void vp_cache_open(struct vp_gpu *gpu, const char *folder) {
    char *standard = folder ? NULL : default_folder();
    const char *place = folder ? folder : standard;
    unsigned char *data = NULL;
    size_t bytes = 0;
    if (place && place[0]) {
        gpu->cache_path = file_path(gpu, place);
        struct vp_error error;
        if (vp_make_folder(place, &error) != VP_OK) {
            vp_log(&gpu->log, VP_LOG_DEBUG, "no pipeline cache: %s", error.message);
            free(gpu->cache_path);
            gpu->cache_path = NULL;
        }
    }
    if (gpu->cache_path) data = load(gpu, gpu->cache_path, &bytes);
    vp_tuning_open(gpu, gpu->cache_path ? place : NULL);
    free(standard);
    VkPipelineCacheCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
        .initialDataSize = bytes,
        .pInitialData = data,
    };
    VP_VK(gpu->vk.vkCreatePipelineCache(gpu->device, &info, NULL, &gpu->cache));
    gpu->cache_loaded = bytes > 0;
    free(data);
}

static void store(struct vp_gpu *gpu) {
    size_t bytes = 0;
    if (gpu->vk.vkGetPipelineCacheData(gpu->device, gpu->cache, &bytes, NULL) != VK_SUCCESS || bytes == 0) return;
    unsigned char *data = malloc(sizeof(struct cache_head) + bytes);
    if (!data) return;
    unsigned char *payload = data + sizeof(struct cache_head);
    if (gpu->vk.vkGetPipelineCacheData(gpu->device, gpu->cache, &bytes, payload) == VK_SUCCESS) {
        struct cache_head head = {.bytes = bytes, .checksum = checksum(payload, bytes)};
        memcpy(head.magic, cache_magic, sizeof cache_magic);
        memcpy(data, &head, sizeof head);
        struct vp_error error;
        if (vp_file_write(gpu->cache_path, data, sizeof head + bytes, &error) != VP_OK)
            vp_log(&gpu->log, VP_LOG_DEBUG, "pipelines not kept: %s", error.message);
    }
    free(data);
}

void vp_cache_close(struct vp_gpu *gpu) {
    if (gpu->cache_path && gpu->cache_dirty && !gpu->lost) store(gpu);
    gpu->vk.vkDestroyPipelineCache(gpu->device, gpu->cache, NULL);
    free(gpu->cache_path);
    vp_tuning_close(gpu);
}
