/* Programs: lists of dispatches, recorded once and replayed every iteration. */
#include "gpu/program.h"
#include <stdlib.h>
#include <string.h>

static void check_dispatch(const struct vp_gpu *gpu, const struct vp_dispatch *d, int shader) {
    const struct vp_kernel_info *info = &vp_shaders[shader].reflection.info;
    vp_assert(d->binding_count >= info->binding_count && d->binding_count <= VP_MAX_BINDINGS,
              "%s: %s has %d bindings, %d were given", d->label, d->kernel, info->binding_count, d->binding_count);
    vp_assert(d->push_bytes >= info->push_bytes && d->push_bytes <= VP_MAX_PUSH_BYTES,
              "%s: %s takes %u bytes of push constants, %u were given", d->label, d->kernel, info->push_bytes,
              d->push_bytes);
    vp_assert(d->spec_count >= 0 && d->spec_count <= VP_MAX_SPEC, "%s: %d specialisation constants", d->label,
              d->spec_count);
    uint32_t local[3];
    uint64_t invocations = 1;
    vp_kernel_local_size(shader, d->spec, d->spec_count, local);
    for (int i = 0; i < 3; i++) {
        vp_assert(d->groups[i] > 0 && d->groups[i] <= gpu->caps.max_groups[i],
                  "%s: %u workgroups along axis %d, 1 to %u are possible", d->label, d->groups[i], i,
                  gpu->caps.max_groups[i]);
        vp_assert(local[i] > 0 && local[i] <= gpu->caps.max_group_size[i],
                  "%s: a workgroup of %u along axis %d, 1 to %u are possible", d->label, local[i], i,
                  gpu->caps.max_group_size[i]);
        invocations *= local[i];
    }
    vp_assert(invocations <= gpu->caps.max_invocations, "%s: a workgroup of %llu invocations, at most %u are possible",
              d->label, (unsigned long long)invocations, gpu->caps.max_invocations);
}

/* A kernel that follows addresses reads and writes what no binding shows: its further ranges say where. */
static bool follows_addresses(const struct vp_reflection *r) {
    for (int i = 0; i < r->capability_count; i++)
        if (r->capabilities[i] == 5347) return true; /* PhysicalStorageBufferAddresses */
    return false;
}

static void note_accesses(const struct vp_gpu *gpu, struct vp_step *step, const struct vp_dispatch *d) {
    const struct vp_reflection *r = &vp_shaders[step->shader].reflection;
    int count = follows_addresses(r) ? d->binding_count : r->info.binding_count;
    for (int b = 0; b < count; b++) {
        bool bound = b < r->info.binding_count;
        if (bound ? !vp_binding_used(&r->info, b) : d->bindings[b].block == 0) continue;
        vp_block_of(gpu, d->bindings[b]);
        step->accesses[step->access_count++] = (struct vp_access){
            .block = d->bindings[b].block,
            .begin = d->bindings[b].offset,
            .end = d->bindings[b].offset + d->bindings[b].bytes,
            .read = !bound || r->info.reads[b],
            .write = !bound || r->info.writes[b],
        };
    }
}

static void make_step(struct vp_program *program, struct vp_step *step, const struct vp_dispatch *d) {
    struct vp_gpu *gpu = program->gpu;
    vp_assert(d->kernel && d->label, "%s: a dispatch without kernel or label", program->name);
    step->shader = vp_shader_find(d->kernel);
    vp_assert(step->shader >= 0, "%s: no kernel %s", d->label, d->kernel);
    vp_assert(vp_gpu_has_kernel(gpu, d->kernel), "%s: %s needs what %s lacks", d->label, d->kernel, gpu->info.name);
    check_dispatch(gpu, d, step->shader);
    note_accesses(gpu, step, d);
    memcpy(step->groups, d->groups, sizeof step->groups);
    if (d->push_bytes) memcpy(step->push, d->push, d->push_bytes);
    step->flops = d->flops;
    step->bytes = d->bytes;
    step->cost_ms = vp_cost_estimate(gpu->info.type, d->flops, d->bytes);
    step->label = vp_arena_strdup(program->arena, d->label);
}

static enum vp_status find_pipelines(struct vp_program *program, const struct vp_dispatch *dispatches,
                                     struct vp_error *err) {
    enum vp_status status = vp_kernel_pipelines(program->gpu, dispatches, program->step_count, err);
    for (int i = 0; i < program->step_count && status == VP_OK; i++)
        program->steps[i].pipeline =
            vp_kernel_pipeline(program->gpu, program->steps[i].shader, dispatches[i].spec, dispatches[i].spec_count);
    return status;
}

static void create_queries(struct vp_program *program) {
    struct vp_gpu *gpu = program->gpu;
    if (!gpu->caps.timestamps || !program->step_count) return;
    int count = (gpu->profile ? 4 : 2) * program->step_count;
    const VkQueryPoolCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
        .queryType = VK_QUERY_TYPE_TIMESTAMP,
        .queryCount = (uint32_t)count,
    };
    VP_VK(gpu->vk.vkCreateQueryPool(gpu->device, &info, NULL, &program->queries));
}

/* Callers ask before they use a kernel that a device may lack, but options.disable may name any. */
static enum vp_status check_disabled(const struct vp_gpu *gpu, const struct vp_dispatch *d, int count,
                                     struct vp_error *err) {
    for (int i = 0; gpu->without && i < count; i++) {
        const int shader = d[i].kernel ? vp_shader_find(d[i].kernel) : -1;
        if (shader >= 0 && gpu->without[shader])
            return vp_fail(err, VP_ERR_USAGE, "%s needs the kernel %s: no other can stand in for it, do not disable it",
                           d[i].label, d[i].kernel);
    }
    return VP_OK;
}

struct vp_program *vp_program_create(struct vp_gpu *gpu, const char *name, const struct vp_dispatch *dispatches,
                                     int count, struct vp_error *err) {
    if (vp_gpu_check_lost(gpu, err) != VP_OK || check_disabled(gpu, dispatches, count, err) != VP_OK) return NULL;
    struct vp_program *program = calloc(1, sizeof *program);
    vp_assert(program, "out of host memory for a program");
    program->gpu = gpu;
    program->next = gpu->programs;
    gpu->programs = program;
    program->arena = vp_arena_create();
    program->name = vp_arena_strdup(program->arena, name);
    program->steps = vp_arena_array(program->arena, struct vp_step, count + 1);
    program->step_count = count;
    for (int i = 0; i < count; i++) make_step(program, &program->steps[i], &dispatches[i]);
    enum vp_status status = find_pipelines(program, dispatches, err);
    if (status == VP_OK) status = vp_program_bind(program, dispatches, err);
    if (status != VP_OK) {
        vp_fail_context(err, "program %s", name);
        vp_program_destroy(program);
        return NULL;
    }
    create_queries(program);
    program->lessons = 2;
    vp_program_record(program);
    return program;
}

static void free_retired(struct vp_program *program) {
    struct vp_gpu *gpu = program->gpu;
    if (program->retired_count)
        gpu->vk.vkFreeCommandBuffers(gpu->device, gpu->commands, (uint32_t)program->retired_count, program->retired);
    program->retired_count = 0;
}

void vp_program_destroy(struct vp_program *program) {
    if (!program) return;
    struct vp_gpu *gpu = program->gpu;
    struct vp_error ignored; /* nothing runs on a lost device */
    vp_queue_wait(gpu, program->value, &ignored);
    for (struct vp_program **p = &gpu->programs; *p; p = &(*p)->next)
        if (*p == program) {
            *p = program->next;
            break;
        }
    free_retired(program);
    for (int i = 0; i < program->segment_count; i++)
        gpu->vk.vkFreeCommandBuffers(gpu->device, gpu->commands, 1, &program->segments[i].commands);
    gpu->vk.vkDestroyQueryPool(gpu->device, program->queries, NULL);
    vp_program_unbind(program);
    free(program->segments);
    free(program->retired);
    vp_arena_destroy(program->arena);
    free(program);
}

/* The first runs of a cut are waited for, to learn from them, and so are all runs of a profile; otherwise nobody waits.
 */
static enum vp_status settle(struct vp_program *program, struct vp_error *err) {
    enum { MOST_RECUTS = 4 }; /* a device whose speed swings gets a mediocre cut, not endless recording */
    struct vp_gpu *gpu = program->gpu;
    bool waits = program->queries && program->pending && (program->lessons || gpu->profile);
    if (waits) {
        enum vp_status status = vp_queue_wait(gpu, program->value, err);
        if (status != VP_OK) return status;
    } else {
        vp_programs_collect(gpu);
    }
    if (program->retired_count && vp_queue_reached(gpu, program->retired_value)) free_retired(program);
    if (program->learnt && program->recuts < MOST_RECUTS && vp_program_wants_recut(program)) {
        program->recuts++;
        program->lessons = 1;
        vp_program_record(program);
    }
    program->learnt = false;
    return vp_gpu_check_lost(gpu, err);
}

enum vp_status vp_program_submit(struct vp_program *program, struct vp_error *err) {
    struct vp_gpu *gpu = program->gpu;
    enum vp_status status = vp_gpu_check_lost(gpu, err);
    if (status == VP_OK) status = settle(program, err);
    if (status == VP_OK) status = vp_transfers_flush(gpu, err);
    for (int i = 0; i < program->segment_count && status == VP_OK; i++)
        status = vp_queue_submit(gpu, program->segments[i].commands, &program->value, err);
    program->pending = status == VP_OK && program->segment_count > 0;
    return status;
}

int vp_program_submissions(const struct vp_program *program) {
    return program->segment_count;
}
int vp_program_barriers(const struct vp_program *program) {
    return program->barriers;
}
double vp_program_ms(const struct vp_program *program) {
    return program->ms;
}
