/* Device memory: one buffer and one allocation per block, the budget, and buffers the host can see. */
#include "gpu/gpu_internal.h"
#include <stdlib.h>
#include <string.h>

enum { PLACE_BITS = 20, PLACE_MASK = (1 << PLACE_BITS) - 1, GENERATIONS = 1 << (32 - PLACE_BITS) };

static int find_type(const struct vp_gpu *gpu, uint32_t allowed, VkMemoryPropertyFlags flags) {
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(gpu->physical, &memory);
    for (uint32_t i = 0; i < memory.memoryTypeCount; i++)
        if ((allowed & (1u << i)) && (memory.memoryTypes[i].propertyFlags & flags) == flags) return (int)i;
    return -1;
}

enum vp_status vp_memory_allocate(struct vp_gpu *gpu, VkBuffer buffer, VkMemoryPropertyFlags wanted,
                                  VkMemoryPropertyFlags needed, bool address, VkDeviceMemory *memory,
                                  struct vp_error *err) {
    VkMemoryRequirements requirements;
    gpu->vk.vkGetBufferMemoryRequirements(gpu->device, buffer, &requirements);
    int type = find_type(gpu, requirements.memoryTypeBits, wanted | needed);
    if (type < 0) type = find_type(gpu, requirements.memoryTypeBits, needed);
    vp_assert(type >= 0, "no memory type with properties 0x%x", (unsigned)needed);
    const VkMemoryAllocateFlagsInfo flags = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
        .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
    };
    const VkMemoryAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
        .pNext = address ? &flags : NULL,
        .allocationSize = requirements.size,
        .memoryTypeIndex = (uint32_t)type,
    };
    enum vp_status status = VP_VK_STATUS(gpu, gpu->vk.vkAllocateMemory(gpu->device, &info, NULL, memory), err);
    if (status == VP_OK) VP_VK(gpu->vk.vkBindBufferMemory(gpu->device, buffer, *memory, 0));
    return status;
}

static enum vp_status create_buffer(struct vp_gpu *gpu, uint64_t bytes, VkBufferUsageFlags usage, VkBuffer *buffer,
                                    struct vp_error *err) {
    const VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .size = bytes,
        .usage = usage,
        .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
    };
    return VP_VK_STATUS(gpu, gpu->vk.vkCreateBuffer(gpu->device, &info, NULL, buffer), err);
}

enum vp_status vp_host_buffer_init(struct vp_gpu *gpu, uint64_t bytes, bool for_reading, struct vp_host_buffer *host,
                                   struct vp_error *err) {
    *host = (struct vp_host_buffer){.bytes = bytes};
    enum vp_status status = create_buffer(
        gpu, bytes, VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT, &host->buffer, err);
    if (status == VP_OK)
        status = vp_memory_allocate(gpu, host->buffer, for_reading ? VK_MEMORY_PROPERTY_HOST_CACHED_BIT : 0,
                                    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, false,
                                    &host->memory, err);
    void *mapped = NULL;
    if (status == VP_OK)
        status = VP_VK_STATUS(gpu, gpu->vk.vkMapMemory(gpu->device, host->memory, 0, VK_WHOLE_SIZE, 0, &mapped), err);
    host->mapped = mapped;
    if (status != VP_OK) vp_host_buffer_fini(gpu, host);
    return status;
}

void vp_host_buffer_fini(struct vp_gpu *gpu, struct vp_host_buffer *host) {
    gpu->vk.vkDestroyBuffer(gpu->device, host->buffer, NULL);
    gpu->vk.vkFreeMemory(gpu->device, host->memory, NULL);
    *host = (struct vp_host_buffer){0};
}

/* A free place, with room made for one when there is none. */
static uint32_t take_place(struct vp_gpu *gpu) {
    for (uint32_t i = 0; i < gpu->block_count; i++)
        if (!gpu->blocks[i].buffer) return i;
    uint32_t count = gpu->block_count ? gpu->block_count * 2 : 16;
    vp_assert(count < PLACE_MASK, "%u blocks at once", gpu->block_count);
    struct vp_block *blocks = realloc(gpu->blocks, count * sizeof *blocks);
    vp_assert(blocks, "out of host memory for %u blocks", count);
    memset(blocks + gpu->block_count, 0, (count - gpu->block_count) * sizeof *blocks);
    uint32_t place = gpu->block_count;
    gpu->blocks = blocks;
    gpu->block_count = count;
    return place;
}

static enum vp_status out_of_memory(const struct vp_gpu *gpu, uint64_t bytes, const char *label, struct vp_error *err) {
    const double mib = 1048576.0;
    return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "%s needs %.1f MiB of device memory, %.1f MiB of %.1f MiB are free on %s",
                   label, (double)bytes / mib, (double)vp_gpu_memory_free(gpu) / mib,
                   (double)(vp_gpu_memory_free(gpu) + gpu->used) / mib, gpu->info.name);
}

static enum vp_status make_block(struct vp_gpu *gpu, uint64_t bytes, const char *label, struct vp_block *block,
                                 struct vp_error *err) {
    VkBufferUsageFlags usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT |
                               VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                               VK_BUFFER_USAGE_TRANSFER_DST_BIT;
    bool address = gpu->caps.device_address;
    if (address) usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
    enum vp_status status = create_buffer(gpu, bytes, usage, &block->buffer, err);
    if (status == VP_OK)
        status = vp_memory_allocate(gpu, block->buffer, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, address, &block->memory,
                                    err);
    if (status != VP_OK) {
        gpu->vk.vkDestroyBuffer(gpu->device, block->buffer, NULL);
        block->buffer = VK_NULL_HANDLE;
        return status;
    }
    const VkBufferDeviceAddressInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                            .buffer = block->buffer};
    block->address = address ? gpu->vk.vkGetBufferDeviceAddress(gpu->device, &info) : 0;
    block->bytes = bytes;
    snprintf(block->label, sizeof block->label, "%s", label);
    VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_BUFFER, block->buffer, "%s", label);
    VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_DEVICE_MEMORY, block->memory, "%s", label);
    return VP_OK;
}

enum vp_status vp_gpu_alloc(struct vp_gpu *gpu, uint64_t bytes, const char *label, struct vp_range *range,
                            struct vp_error *err) {
    vp_assert(bytes > 0, "an empty block: %s", label);
    *range = (struct vp_range){0};
    enum vp_status status = vp_gpu_check_lost(gpu, err);
    if (status != VP_OK) return status;
    if (bytes > gpu->caps.max_allocation_bytes)
        return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "%s needs %.1f MiB at once, %s gives out at most %.1f MiB", label,
                       (double)bytes / 1048576.0, gpu->info.name, (double)gpu->caps.max_allocation_bytes / 1048576.0);
    if (bytes > vp_gpu_memory_free(gpu)) return out_of_memory(gpu, bytes, label, err);
    uint32_t place = take_place(gpu);
    struct vp_block *block = &gpu->blocks[place];
    status = make_block(gpu, bytes, label, block, err);
    if (status == VP_ERR_OUT_OF_MEMORY) return out_of_memory(gpu, bytes, label, err);
    if (status != VP_OK) return status;
    gpu->used += bytes;
    *range = (struct vp_range){.block = block->generation << PLACE_BITS | (place + 1), .bytes = bytes};
    return VP_OK;
}

struct vp_block *vp_block_of(const struct vp_gpu *gpu, struct vp_range range) {
    uint32_t place = (range.block & PLACE_MASK) - 1;
    vp_assert(range.block != 0 && place < gpu->block_count, "a range of no block (%u)", range.block);
    struct vp_block *block = &gpu->blocks[place];
    vp_assert(block->buffer && block->generation == range.block >> PLACE_BITS, "a range of a freed block (was %s)",
              block->label);
    vp_assert(range.offset <= block->bytes && range.bytes <= block->bytes - range.offset,
              "range %llu + %llu beyond the %llu bytes of %s", (unsigned long long)range.offset,
              (unsigned long long)range.bytes, (unsigned long long)block->bytes, block->label);
    return block;
}

static void release(struct vp_gpu *gpu, struct vp_block *block) {
    gpu->vk.vkDestroyBuffer(gpu->device, block->buffer, NULL);
    gpu->vk.vkFreeMemory(gpu->device, block->memory, NULL);
    gpu->used -= block->bytes;
    block->buffer = VK_NULL_HANDLE;
    block->generation = (block->generation + 1) % GENERATIONS;
}

void vp_gpu_free(struct vp_gpu *gpu, struct vp_range range) {
    struct vp_block *block = vp_block_of(gpu, range);
    struct vp_error ignored; /* uploads and fills may still be on their way; a lost device uses nothing any more */
    vp_gpu_wait(gpu, &ignored);
    release(gpu, block);
}

void vp_memory_fini(struct vp_gpu *gpu) {
    for (uint32_t i = 0; i < gpu->block_count; i++)
        if (gpu->blocks[i].buffer) release(gpu, &gpu->blocks[i]);
    free(gpu->blocks);
    gpu->blocks = NULL;
    gpu->block_count = 0;
}

uint64_t vp_gpu_memory_used(const struct vp_gpu *gpu) {
    return gpu->used;
}

uint64_t vp_gpu_memory_free(const struct vp_gpu *gpu) {
    uint64_t left = gpu->traits.heap_bytes > gpu->used ? gpu->traits.heap_bytes - gpu->used : 0;
    if (gpu->traits.memory_budget) {
        VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
            .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
        VkPhysicalDeviceMemoryProperties2 memory = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
                                                    .pNext = &budget};
        vkGetPhysicalDeviceMemoryProperties2(gpu->physical, &memory);
        uint64_t size = budget.heapBudget[gpu->traits.heap], usage = budget.heapUsage[gpu->traits.heap];
        left = size > usage ? size - usage : 0;
    }
    left = vp_quirks_free_bytes(gpu->caps.is_cpu, left);
    if (gpu->memory_limit) {
        uint64_t allowed = gpu->memory_limit > gpu->used ? gpu->memory_limit - gpu->used : 0;
        if (allowed < left) left = allowed;
    }
    return left;
}

uint64_t vp_gpu_address(const struct vp_gpu *gpu, struct vp_range range) {
    vp_assert(gpu->caps.device_address, "%s has no device addresses", gpu->info.name);
    return vp_block_of(gpu, range)->address + range.offset;
}
