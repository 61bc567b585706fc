/* The queue: command buffers, one timeline semaphore that counts submissions, and waiting for it. */
#include "gpu/gpu_internal.h"

void vp_queue_init(struct vp_gpu *gpu) {
    const VkSemaphoreTypeCreateInfo type = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
        .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE,
    };
    const VkSemaphoreCreateInfo semaphore_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
    VP_VK(gpu->vk.vkCreateSemaphore(gpu->device, &semaphore_info, NULL, &gpu->timeline));
    VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_SEMAPHORE, gpu->timeline, "submissions");
    const VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = gpu->traits.family,
    };
    VP_VK(gpu->vk.vkCreateCommandPool(gpu->device, &pool_info, NULL, &gpu->commands));
}

void vp_queue_fini(struct vp_gpu *gpu) {
    gpu->vk.vkDestroyCommandPool(gpu->device, gpu->commands, NULL);
    gpu->vk.vkDestroySemaphore(gpu->device, gpu->timeline, NULL);
}

VkCommandBuffer vp_commands_create(struct vp_gpu *gpu) {
    VkCommandBuffer commands;
    const VkCommandBufferAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .commandPool = gpu->commands,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };
    VP_VK(gpu->vk.vkAllocateCommandBuffers(gpu->device, &info, &commands));
    return commands;
}

void vp_commands_barrier(struct vp_gpu *gpu, VkCommandBuffer commands, VkPipelineStageFlags from, VkAccessFlags writes,
                         VkPipelineStageFlags to, VkAccessFlags accesses) {
    const VkMemoryBarrier barrier = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = writes,
        .dstAccessMask = accesses,
    };
    gpu->vk.vkCmdPipelineBarrier(commands, from, to, 0, 1, &barrier, 0, NULL, 0, NULL);
}

void vp_commands_begin(struct vp_gpu *gpu, VkCommandBuffer commands, VkCommandBufferUsageFlags usage) {
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .flags = usage};
    VP_VK(gpu->vk.vkBeginCommandBuffer(commands, &info));
    vp_commands_barrier(gpu, commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_ACCESS_MEMORY_WRITE_BIT,
                        VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT);
}

enum vp_status vp_queue_submit(struct vp_gpu *gpu, VkCommandBuffer commands, uint64_t *value, struct vp_error *err) {
    uint64_t next = gpu->submitted + 1;
    const VkTimelineSemaphoreSubmitInfo timeline = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
        .signalSemaphoreValueCount = 1,
        .pSignalSemaphoreValues = &next,
    };
    const VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .pNext = &timeline,
        .commandBufferCount = 1,
        .pCommandBuffers = &commands,
        .signalSemaphoreCount = 1,
        .pSignalSemaphores = &gpu->timeline,
    };
    enum vp_status status = VP_VK_STATUS(gpu, gpu->vk.vkQueueSubmit(gpu->queue, 1, &submit, VK_NULL_HANDLE), err);
    if (status != VP_OK) return status;
    gpu->submitted = *value = next;
    return VP_OK;
}

enum vp_status vp_queue_wait(struct vp_gpu *gpu, uint64_t value, struct vp_error *err) {
    enum vp_status status = vp_gpu_check_lost(gpu, err);
    if (status != VP_OK || value == 0) return status;
    gpu->waits += !vp_queue_reached(gpu, value);
    const VkSemaphoreWaitInfo wait = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
        .semaphoreCount = 1,
        .pSemaphores = &gpu->timeline,
        .pValues = &value,
    };
    status = VP_VK_STATUS(gpu, gpu->vk.vkWaitSemaphores(gpu->device, &wait, UINT64_MAX), err);
    if (status == VP_OK) vp_programs_collect(gpu);
    return status;
}

bool vp_queue_reached(struct vp_gpu *gpu, uint64_t value) {
    uint64_t now = 0;
    VkResult result = gpu->vk.vkGetSemaphoreCounterValue(gpu->device, gpu->timeline, &now);
    if (result == VK_ERROR_DEVICE_LOST) gpu->lost = true; /* the next call that can fail says so */
    return result == VK_SUCCESS && now >= value;
}

uint64_t vp_gpu_waits(const struct vp_gpu *gpu) {
    return gpu->waits;
}

enum vp_status vp_gpu_wait(struct vp_gpu *gpu, struct vp_error *err) {
    enum vp_status status = vp_transfers_flush(gpu, err);
    return status == VP_OK ? vp_queue_wait(gpu, gpu->submitted, err) : status;
}
