/* Descriptor sets: one per step, from the program's own pool, every range explicit. */
#include "gpu/program.h"
#include <string.h>

static void create_pool(struct vp_program *program) {
    uint32_t of_type[3] = {0}, texel = 0;
    static const VkDescriptorType types[] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
                                             VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER};
    for (int i = 0; i < program->step_count; i++) {
        const struct vp_kernel_info *info = &vp_shaders[program->steps[i].shader].reflection.info;
        for (int b = 0; b < info->binding_count; b++)
            if (vp_binding_used(info, b)) {
                texel += info->texel[b];
                for (int t = 0; t < 3; t++) of_type[t] += vp_binding_type(info, b) == types[t];
            }
    }
    VkDescriptorPoolSize sizes[3];
    uint32_t count = 0;
    for (int t = 0; t < 3; t++)
        if (of_type[t]) sizes[count++] = (VkDescriptorPoolSize){types[t], of_type[t]};
    if (!count) sizes[count++] = (VkDescriptorPoolSize){VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1};
    const VkDescriptorPoolCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = (uint32_t)program->step_count,
        .poolSizeCount = count,
        .pPoolSizes = sizes,
    };
    VP_VK(program->gpu->vk.vkCreateDescriptorPool(program->gpu->device, &info, NULL, &program->pool));
    program->views = vp_arena_array(program->arena, VkBufferView, texel + 1);
    program->view_ranges = vp_arena_array(program->arena, struct vp_range, texel + 1);
    program->view_formats = vp_arena_array(program->arena, VkFormat, texel + 1);
}

static enum vp_status texel_view(struct vp_program *program, struct vp_range range, VkFormat format, VkBufferView *view,
                                 struct vp_error *err) {
    struct vp_gpu *gpu = program->gpu;
    for (int i = 0; i < program->view_count; i++) {
        const struct vp_range *r = &program->view_ranges[i];
        if (r->block == range.block && r->offset == range.offset && r->bytes == range.bytes &&
            program->view_formats[i] == format) {
            *view = program->views[i];
            return VP_OK;
        }
    }
    const VkBufferViewCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
        .buffer = vp_block_of(gpu, range)->buffer,
        .format = format,
        .offset = range.offset,
        .range = range.bytes,
    };
    enum vp_status status = VP_VK_STATUS(gpu, gpu->vk.vkCreateBufferView(gpu->device, &info, NULL, view), err);
    if (status != VP_OK) return status;
    program->view_ranges[program->view_count] = range;
    program->view_formats[program->view_count] = format;
    program->views[program->view_count++] = *view;
    return VP_OK;
}

static bool is_half(const struct vp_dispatch *d, int b) {
    return d->spec_count > VP_SPEC_HALF + b && d->spec[VP_SPEC_HALF + b];
}

static VkFormat texel_format(const struct vp_kernel_info *info, int b, bool half) {
    if (info->image[b] == 1) return half ? VK_FORMAT_R32_UINT : VK_FORMAT_R32_SFLOAT;
    return half ? VK_FORMAT_R16G16B16A16_SFLOAT : VK_FORMAT_R32G32B32A32_SFLOAT;
}

static void check_range(const struct vp_gpu *gpu, const struct vp_dispatch *d, int b,
                        const struct vp_kernel_info *info) {
    const struct vp_range *r = &d->bindings[b];
    bool texel = info->texel[b];
    unsigned size = info->image[b] == 1 ? 4 : is_half(d, b) ? 8 : 16;
    vp_assert(r->bytes > 0, "%s: binding %d is empty", d->label, b);
    vp_assert(r->offset % gpu->caps.binding_alignment == 0, "%s: binding %d begins at %llu, no multiple of %u",
              d->label, b, (unsigned long long)r->offset, gpu->caps.binding_alignment);
    vp_assert(r->bytes <= gpu->caps.max_binding_bytes || texel,
              "%s: binding %d has %llu bytes, at most %llu may be bound", d->label, b, (unsigned long long)r->bytes,
              (unsigned long long)gpu->caps.max_binding_bytes);
    vp_assert(!texel || (r->bytes % size == 0 && r->bytes / size <= gpu->caps.max_texel_elements),
              "%s: texel binding %d has %llu bytes; whole texels of %u, at most %llu, are possible", d->label, b,
              (unsigned long long)r->bytes, size, (unsigned long long)gpu->caps.max_texel_elements);
}

static enum vp_status write_set(struct vp_program *program, struct vp_step *step, const struct vp_dispatch *d,
                                struct vp_error *err) {
    struct vp_gpu *gpu = program->gpu;
    const struct vp_kernel_info *info = &vp_shaders[step->shader].reflection.info;
    VkWriteDescriptorSet writes[VP_MAX_BINDINGS];
    VkDescriptorBufferInfo buffers[VP_MAX_BINDINGS];
    VkBufferView views[VP_MAX_BINDINGS];
    uint32_t count = 0;
    for (int b = 0; b < info->binding_count; b++) {
        if (!vp_binding_used(info, b)) continue;
        check_range(gpu, d, b, info);
        buffers[b] = (VkDescriptorBufferInfo){vp_block_of(gpu, d->bindings[b])->buffer, d->bindings[b].offset,
                                              d->bindings[b].bytes};
        if (info->texel[b]) {
            VkFormat format = texel_format(info, b, is_half(d, b));
            enum vp_status status = texel_view(program, d->bindings[b], format, &views[b], err);
            if (status != VP_OK) return status;
        }
        writes[count++] = (VkWriteDescriptorSet){
            .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
            .dstSet = step->set,
            .dstBinding = (uint32_t)b,
            .descriptorCount = 1,
            .descriptorType = vp_binding_type(info, b),
            .pBufferInfo = &buffers[b],
            .pTexelBufferView = &views[b],
        };
    }
    gpu->vk.vkUpdateDescriptorSets(gpu->device, count, writes, 0, NULL);
    return VP_OK;
}

enum vp_status vp_program_bind(struct vp_program *program, const struct vp_dispatch *dispatches, struct vp_error *err) {
    struct vp_gpu *gpu = program->gpu;
    if (!program->step_count) return VP_OK;
    create_pool(program);
    for (int i = 0; i < program->step_count; i++) {
        struct vp_step *step = &program->steps[i];
        const VkDescriptorSetAllocateInfo info = {
            .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
            .descriptorPool = program->pool,
            .descriptorSetCount = 1,
            .pSetLayouts = &gpu->modules[step->shader].set_layout,
        };
        enum vp_status status =
            VP_VK_STATUS(gpu, gpu->vk.vkAllocateDescriptorSets(gpu->device, &info, &step->set), err);
        if (status == VP_OK) status = write_set(program, step, &dispatches[i], err);
        if (status != VP_OK) return status;
        VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_DESCRIPTOR_SET, step->set, "%s", step->label);
    }
    return VP_OK;
}

void vp_program_unbind(struct vp_program *program) {
    struct vp_gpu *gpu = program->gpu;
    for (int i = 0; i < program->view_count; i++) gpu->vk.vkDestroyBufferView(gpu->device, program->views[i], NULL);
    gpu->vk.vkDestroyDescriptorPool(gpu->device, program->pool, NULL);
}
