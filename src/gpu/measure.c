/* What timestamps teach: the cost of every step, and with it where to cut. */
#include "gpu/profile.h"
#include "gpu/program.h"
#include <stdlib.h>

static double ticks_ms(const struct vp_gpu *gpu, uint64_t from, uint64_t to) {
    return (double)((to - from) & gpu->traits.timestamp_mask) * gpu->traits.timestamp_ms;
}

static uint64_t *read_queries(const struct vp_program *program, int first, int count) {
    struct vp_gpu *gpu = program->gpu;
    uint64_t *ticks = calloc((size_t)count + 1, sizeof *ticks);
    vp_assert(ticks, "out of host memory for %d timestamps", count);
    VkResult result =
        gpu->vk.vkGetQueryPoolResults(gpu->device, program->queries, (uint32_t)first, (uint32_t)count,
                                      (size_t)count * sizeof *ticks, ticks, sizeof *ticks, VK_QUERY_RESULT_64_BIT);
    if (result == VK_SUCCESS) return ticks;
    free(ticks); /* lost or not there: a measurement less */
    return NULL;
}

static void learn(struct vp_program *program, const uint64_t *ticks) {
    program->ms = ticks_ms(program->gpu, ticks[0], ticks[2 * program->segment_count - 1]);
    if (program->lessons == 0) return;
    program->lessons--;
    program->learnt = true;
    for (int i = 0; i < program->segment_count; i++) {
        const struct vp_segment *segment = &program->segments[i];
        double measured = ticks_ms(program->gpu, ticks[2 * i], ticks[2 * i + 1]), estimated = 0;
        for (int k = 0; k < segment->count; k++) estimated += program->steps[segment->first + k].cost_ms;
        if (measured < 1e-6 || estimated <= 0) continue;
        for (int k = 0; k < segment->count; k++) program->steps[segment->first + k].cost_ms *= measured / estimated;
    }
}

static void profile(struct vp_program *program) {
    struct vp_gpu *gpu = program->gpu;
    uint64_t *ticks = read_queries(program, 2 * program->step_count, 2 * program->step_count);
    if (!ticks) return;
    for (int i = 0; i < program->step_count; i++) {
        const struct vp_step *step = &program->steps[i];
        double ms = ticks_ms(gpu, ticks[2 * i], ticks[2 * i + 1]);
        double idle = i ? ticks_ms(gpu, ticks[2 * i - 1], ticks[2 * i]) : 0;
        vp_profile_add(gpu->profile, step->label, ms, step->flops, step->bytes, idle);
    }
    if (program->step_count)
        vp_profile_run(gpu->profile, program->value, ticks_ms(gpu, 0, ticks[0]),
                       ticks_ms(gpu, 0, ticks[2 * program->step_count - 1]));
    free(ticks);
}

void vp_programs_collect(struct vp_gpu *gpu) {
    for (struct vp_program *p = gpu->programs; p; p = p->next)
        if (p->pending && vp_queue_reached(gpu, p->value)) vp_program_measure(p);
}

void vp_program_measure(struct vp_program *program) {
    if (!program->pending) return;
    program->pending = false;
    if (!program->queries || program->gpu->lost) return;
    uint64_t *ticks = read_queries(program, 0, 2 * program->segment_count);
    if (ticks) learn(program, ticks);
    free(ticks);
    if (program->gpu->profile) profile(program);
}

bool vp_program_wants_recut(const struct vp_program *program) {
    double bound = program->gpu->submission_ms;
    int *starts = calloc((size_t)program->step_count + 1, sizeof *starts);
    vp_assert(starts, "out of host memory for %d steps", program->step_count);
    int count = vp_cut(program->steps, program->step_count, bound, VP_SEGMENT_DISPATCHES, starts);
    free(starts);
    bool wants = 2 * count <= program->segment_count;
    for (int i = 0; i < program->segment_count && !wants; i++) {
        const struct vp_segment *segment = &program->segments[i];
        double cost = 0;
        for (int k = 0; k < segment->count; k++) cost += program->steps[segment->first + k].cost_ms;
        wants = segment->count > 1 && cost > 2 * bound;
    }
    return wants;
}
