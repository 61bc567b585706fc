/* Recording a program's segments into command buffers that are replayed from then on. */
#include "gpu/program.h"
#include <stdlib.h>

static void timestamp(const struct vp_program *program, VkCommandBuffer commands, int query) {
    program->gpu->vk.vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, program->queries,
                                         (uint32_t)query);
}

static void record_step(struct vp_program *program, VkCommandBuffer commands, const struct vp_step *step) {
    struct vp_gpu *gpu = program->gpu;
    const struct VolkDeviceTable *vk = &gpu->vk;
    const struct vp_module *module = &gpu->modules[step->shader];
    const struct vp_kernel_info *info = &vp_shaders[step->shader].reflection.info;
    vp_debug_label_begin(gpu, commands, step->label);
    vk->vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, step->pipeline);
    vk->vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, module->layout, 0, 1, &step->set, 0, NULL);
    if (info->push_bytes)
        vk->vkCmdPushConstants(commands, module->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, (info->push_bytes + 3) / 4 * 4,
                               step->push);
    vk->vkCmdDispatch(commands, step->groups[0], step->groups[1], step->groups[2]);
    vp_debug_label_end(gpu, commands);
}

static void record_segment(struct vp_program *program, int index, struct vp_hazards *hazards) {
    struct vp_gpu *gpu = program->gpu;
    struct vp_segment *segment = &program->segments[index];
    bool profiling = gpu->profile && program->queries;
    int profile_base = 2 * program->step_count; /* a program is never cut into more pieces than it has steps */
    segment->commands = vp_commands_create(gpu);
    VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_COMMAND_BUFFER, segment->commands, "%s %d", program->name, index);
    /* Several runs may be under way at once: the host runs ahead of the device. */
    vp_commands_begin(gpu, segment->commands, VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT);
    if (program->queries) {
        gpu->vk.vkCmdResetQueryPool(segment->commands, program->queries, (uint32_t)(2 * index), 2);
        if (profiling)
            gpu->vk.vkCmdResetQueryPool(segment->commands, program->queries,
                                        (uint32_t)(profile_base + 2 * segment->first), (uint32_t)(2 * segment->count));
        timestamp(program, segment->commands, 2 * index);
    }
    vp_debug_label_begin(gpu, segment->commands, program->name);
    vp_hazards_clear(hazards); /* the buffer begins with a full barrier */
    for (int i = segment->first; i < segment->first + segment->count; i++) {
        const struct vp_step *step = &program->steps[i];
        bool waits = vp_hazards_step(hazards, step->accesses, step->access_count);
        program->barriers += waits;
        /* A profile wants each kernel's own time: there, nothing overlaps. */
        if (waits || (profiling && i > segment->first))
            vp_commands_barrier(gpu, segment->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                                VK_ACCESS_SHADER_WRITE_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                                VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
        if (profiling) timestamp(program, segment->commands, profile_base + 2 * i);
        record_step(program, segment->commands, step);
        if (profiling) timestamp(program, segment->commands, profile_base + 2 * i + 1);
    }
    vp_debug_label_end(gpu, segment->commands);
    if (program->queries) timestamp(program, segment->commands, 2 * index + 1);
    VP_VK(gpu->vk.vkEndCommandBuffer(segment->commands));
}

static void retire(struct vp_program *program) {
    int count = program->retired_count + program->segment_count;
    VkCommandBuffer *retired = realloc(program->retired, (size_t)(count + 1) * sizeof(VkCommandBuffer));
    vp_assert(retired, "out of host memory for %d command buffers", count);
    for (int i = 0; i < program->segment_count; i++)
        retired[program->retired_count + i] = program->segments[i].commands;
    program->retired = retired;
    program->retired_count = count;
    program->retired_value = program->value;
}

void vp_program_record(struct vp_program *program) {
    retire(program);
    int *starts = calloc((size_t)program->step_count + 1, sizeof *starts);
    vp_assert(starts, "out of host memory for %d steps", program->step_count);
    int count = vp_cut(program->steps, program->step_count, program->gpu->submission_ms, VP_SEGMENT_DISPATCHES, starts);
    free(program->segments);
    program->segments = calloc((size_t)count + 1, sizeof *program->segments);
    vp_assert(program->segments, "out of host memory for %d segments", count);
    program->segment_count = count;
    program->barriers = 0;
    struct vp_hazards hazards = {0};
    for (int i = 0; i < count; i++) {
        int end = i + 1 < count ? starts[i + 1] : program->step_count;
        program->segments[i].first = starts[i];
        program->segments[i].count = end - starts[i];
        record_segment(program, i, &hazards);
    }
    vp_hazards_fini(&hazards);
    free(starts);
}
