/* Bytes between host and device.
 *
 * All transfers are recorded into an open command buffer that goes out with the next submission, so that a step's small
 * ones cost one submission together. Bytes of uploads wait in a ring; it is the only thing that makes an upload wait,
 * and vp_gpu_reserve_uploads makes it large enough for two steps.
 */
#include "gpu/gpu_internal.h"
#include <string.h>

static const uint64_t least_ring_bytes = (uint64_t)32 << 20;
static const uint64_t chunk_bytes = (uint64_t)8 << 20; /* of one copy; a fraction of the ring, so that copies overlap */

void vp_transfers_init(struct vp_gpu *gpu) {
    gpu->transfers.open = -1;
    for (int i = 0; i < VP_TRANSFER_BUFFERS; i++) {
        gpu->transfers.buffers[i].commands = vp_commands_create(gpu);
        VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_COMMAND_BUFFER, gpu->transfers.buffers[i].commands, "transfer %d", i);
    }
}

void vp_transfers_fini(struct vp_gpu *gpu) {
    vp_host_buffer_fini(gpu, &gpu->transfers.ring.host);
    for (int i = 0; i <= VP_READBACK_SLOTS; i++) vp_host_buffer_fini(gpu, &gpu->transfers.slots[i].host);
}

/* The open command buffer, ready for one more transfer after those in it. */
static enum vp_status open_commands(struct vp_gpu *gpu, VkCommandBuffer *commands, struct vp_error *err) {
    struct vp_transfers *t = &gpu->transfers;
    if (t->open >= 0) {
        *commands = t->buffers[t->open].commands;
        vp_commands_barrier(gpu, *commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                            VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT);
        return VP_OK;
    }
    struct vp_transfer_buffer *buffer = &t->buffers[t->next];
    enum vp_status status = vp_queue_wait(gpu, buffer->value, err);
    if (status != VP_OK) return status;
    *commands = buffer->commands;
    t->open = t->next;
    t->next = (t->next + 1) % VP_TRANSFER_BUFFERS;
    vp_commands_begin(gpu, *commands, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
    return VP_OK;
}

/* Frees the part of the ring whose copies are done; waits for the oldest one when `wait`. */
static enum vp_status ring_retire(struct vp_gpu *gpu, bool wait, struct vp_error *err) {
    struct vp_ring *ring = &gpu->transfers.ring;
    while (ring->mark_count) {
        uint64_t value = ring->marks[ring->mark_first].value;
        if (wait) {
            enum vp_status status = vp_queue_wait(gpu, value, err);
            if (status != VP_OK) return status;
            wait = false;
        } else if (!vp_queue_reached(gpu, value)) {
            break;
        }
        ring->tail = ring->marks[ring->mark_first].head;
        ring->mark_first = (ring->mark_first + 1) % VP_RING_MARKS;
        ring->mark_count--;
    }
    return VP_OK;
}

enum vp_status vp_transfers_flush(struct vp_gpu *gpu, struct vp_error *err) {
    struct vp_transfers *t = &gpu->transfers;
    enum vp_status status = vp_gpu_check_lost(gpu, err);
    if (status != VP_OK || t->open < 0) return status;
    struct vp_transfer_buffer *buffer = &t->buffers[t->open];
    t->open = -1;
    VP_VK(gpu->vk.vkEndCommandBuffer(buffer->commands));
    status = vp_queue_submit(gpu, buffer->commands, &buffer->value, err);
    if (status != VP_OK) return status;
    struct vp_ring *ring = &t->ring;
    if (ring->mark_count == VP_RING_MARKS) status = ring_retire(gpu, true, err);
    if (status != VP_OK) return status;
    uint32_t at = (ring->mark_first + ring->mark_count++) % VP_RING_MARKS;
    ring->marks[at].head = ring->head;
    ring->marks[at].value = buffer->value;
    return VP_OK;
}

/* A stretch of the ring of `bytes` <= chunk_bytes; *place is its offset. */
static enum vp_status ring_take(struct vp_gpu *gpu, uint64_t bytes, uint64_t *place, struct vp_error *err) {
    struct vp_ring *ring = &gpu->transfers.ring;
    enum vp_status status = VP_OK;
    if (!ring->host.buffer) status = vp_host_buffer_init(gpu, least_ring_bytes, false, &ring->host, err);
    if (status != VP_OK) return status;
    uint64_t ring_bytes = ring->host.bytes, at = ring->head % ring_bytes, start = ring->head;
    if (at + bytes > ring_bytes) start += ring_bytes - at; /* a copy does not wrap */
    uint64_t end = (start + bytes + 15) / 16 * 16;
    while (end - ring->tail > ring_bytes) {
        if (!ring->mark_count) status = vp_transfers_flush(gpu, err);
        if (status == VP_OK) status = ring_retire(gpu, true, err);
        if (status != VP_OK) return status;
    }
    ring->head = end;
    *place = start % ring_bytes;
    return VP_OK;
}

enum vp_status vp_gpu_reserve_uploads(struct vp_gpu *gpu, uint64_t bytes, struct vp_error *err) {
    struct vp_ring *ring = &gpu->transfers.ring;
    if (bytes < least_ring_bytes) bytes = least_ring_bytes;
    if (ring->host.buffer && ring->host.bytes >= bytes) return VP_OK;
    enum vp_status status = vp_gpu_wait(gpu, err); /* nobody reads the old one any more */
    if (status != VP_OK) return status;
    vp_host_buffer_fini(gpu, &ring->host);
    *ring = (struct vp_ring){0};
    return vp_host_buffer_init(gpu, bytes, false, &ring->host, err);
}

enum vp_status vp_gpu_upload(struct vp_gpu *gpu, struct vp_range to, const void *data, struct vp_error *err) {
    const struct vp_block *block = vp_block_of(gpu, to);
    for (uint64_t done = 0; done < to.bytes;) {
        uint64_t bytes = to.bytes - done < chunk_bytes ? to.bytes - done : chunk_bytes, place;
        VkCommandBuffer commands;
        enum vp_status status = ring_take(gpu, bytes, &place, err);
        if (status == VP_OK) status = open_commands(gpu, &commands, err);
        if (status != VP_OK) return status;
        memcpy(gpu->transfers.ring.host.mapped + place, (const unsigned char *)data + done, bytes);
        const VkBufferCopy copy = {.srcOffset = place, .dstOffset = to.offset + done, .size = bytes};
        gpu->vk.vkCmdCopyBuffer(commands, gpu->transfers.ring.host.buffer, block->buffer, 1, &copy);
        done += bytes;
    }
    return VP_OK;
}

enum vp_status vp_gpu_fill(struct vp_gpu *gpu, struct vp_range to, uint32_t word, struct vp_error *err) {
    const struct vp_block *block = vp_block_of(gpu, to);
    vp_assert(to.offset % 4 == 0 && to.bytes % 4 == 0, "fill of %llu bytes at %llu: whole words only",
              (unsigned long long)to.bytes, (unsigned long long)to.offset);
    if (to.bytes == 0) return VP_OK;
    VkCommandBuffer commands;
    enum vp_status status = open_commands(gpu, &commands, err);
    if (status == VP_OK) gpu->vk.vkCmdFillBuffer(commands, block->buffer, to.offset, to.bytes, word);
    return status;
}

static enum vp_status readback_into(struct vp_gpu *gpu, struct vp_readback_slot *slot, struct vp_range from,
                                    struct vp_error *err) {
    const struct vp_block *block = vp_block_of(gpu, from);
    enum vp_status status = vp_gpu_check_lost(gpu, err);
    if (status != VP_OK) return status;
    if (slot->host.bytes < from.bytes) {
        vp_host_buffer_fini(gpu, &slot->host);
        status = vp_host_buffer_init(gpu, from.bytes, true, &slot->host, err);
        if (status != VP_OK) return status;
    }
    VkCommandBuffer commands;
    status = open_commands(gpu, &commands, err);
    if (status != VP_OK) return status;
    const VkBufferCopy copy = {.srcOffset = from.offset, .dstOffset = 0, .size = from.bytes};
    gpu->vk.vkCmdCopyBuffer(commands, block->buffer, slot->host.buffer, 1, &copy);
    vp_commands_barrier(gpu, commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                        VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
    slot->bytes = from.bytes;
    slot->value = gpu->submitted + 1; /* nothing is submitted before the open transfers */
    return VP_OK;
}

/* Waits for a slot's copy, which may still be in the open command buffer. */
static enum vp_status await_slot(struct vp_gpu *gpu, const struct vp_readback_slot *slot, struct vp_error *err) {
    enum vp_status status = slot->value > gpu->submitted ? vp_transfers_flush(gpu, err) : VP_OK;
    return status == VP_OK ? vp_queue_wait(gpu, slot->value, err) : status;
}

enum vp_status vp_gpu_readback_begin(struct vp_gpu *gpu, struct vp_range from, struct vp_readback *readback,
                                     struct vp_error *err) {
    vp_assert(from.bytes > 0, "a readback of nothing");
    int i = 0;
    while (i < VP_READBACK_SLOTS && gpu->transfers.slots[i].busy) i++;
    vp_assert(i < VP_READBACK_SLOTS, "more than %d readbacks under way", VP_READBACK_SLOTS);
    readback->slot = i;
    enum vp_status status = readback_into(gpu, &gpu->transfers.slots[i], from, err);
    gpu->transfers.slots[i].busy = status == VP_OK;
    return status;
}

enum vp_status vp_gpu_readback_end(struct vp_gpu *gpu, struct vp_readback readback, void *data, struct vp_error *err) {
    vp_assert(readback.slot >= 0 && readback.slot < VP_READBACK_SLOTS, "no such readback: %d", readback.slot);
    struct vp_readback_slot *slot = &gpu->transfers.slots[readback.slot];
    vp_assert(slot->busy, "readback %d was not begun", readback.slot);
    slot->busy = false;
    enum vp_status status = await_slot(gpu, slot, err);
    if (status == VP_OK) memcpy(data, slot->host.mapped, slot->bytes);
    return status;
}

enum vp_status vp_gpu_download(struct vp_gpu *gpu, struct vp_range from, void *data, struct vp_error *err) {
    struct vp_readback_slot *slot = &gpu->transfers.slots[VP_READBACK_SLOTS];
    vp_block_of(gpu, from);
    for (uint64_t done = 0; done < from.bytes;) {
        uint64_t bytes = from.bytes - done < chunk_bytes ? from.bytes - done : chunk_bytes;
        struct vp_range part = {.block = from.block, .offset = from.offset + done, .bytes = bytes};
        enum vp_status status = readback_into(gpu, slot, part, err);
        if (status == VP_OK) status = await_slot(gpu, slot, err);
        if (status != VP_OK) return status;
        memcpy((unsigned char *)data + done, slot->host.mapped, bytes);
        done += bytes;
    }
    return VP_OK;
}
