/* Timing a program: warm runs first, then repeats with cold caches. */
#include "bench/measure.h"
#include "vkpcl/clock.h"
#include <stdlib.h>

/* The first run compiles, and the next two teach the cut (vkpcl/gpu.h). */
enum { WARM_RUNS = 3, LEAST_REPEATS = 3 };

enum vp_status vp_bench_flush_init(struct vp_gpu *gpu, const struct vp_bench_options *options, struct vp_range *flush,
                                   struct vp_error *err) {
    *flush = (struct vp_range){0};
    uint64_t most = vp_gpu_caps(gpu)->max_allocation_bytes;
    if (!options->flush) return VP_OK;
    return vp_gpu_alloc(gpu, options->flush < most ? options->flush : most, "cache flush", flush, err);
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct vp_bench_time vp_bench_summary(double *samples, int count) {
    qsort(samples, (size_t)count, sizeof *samples, rising);
    double middle = 0.5 * (samples[(count - 1) / 2] + samples[count / 2]);
    return (struct vp_bench_time){middle, samples[0], samples[count - 1]};
}

static enum vp_status prepare(const struct vp_bench_subject *subject, uint32_t word, struct vp_error *err) {
    enum vp_status status = subject->reset ? subject->reset(subject->context, err) : VP_OK;
    if (status == VP_OK && subject->flush.block) status = vp_gpu_fill(subject->gpu, subject->flush, word, err);
    return status == VP_OK ? vp_gpu_wait(subject->gpu, err) : status;
}

static enum vp_status run(const struct vp_bench_subject *subject, struct vp_error *err) {
    enum vp_status status = vp_program_submit(subject->program, err);
    return status == VP_OK ? vp_gpu_wait(subject->gpu, err) : status;
}

enum vp_status vp_bench_measure(const struct vp_bench_subject *subject, const struct vp_bench_options *options,
                                struct vp_bench_row *row, struct vp_error *err) {
    int most = options->repeats > 0 ? options->repeats : 1, count = 0;
    double *samples = calloc(3 * (size_t)most, sizeof *samples), *wall = samples, *cpu = wall + most,
           *device = cpu + most;
    vp_assert(samples, "out of host memory for %d repeats", most);
    enum vp_status status = VP_OK;
    for (int i = 0; i < WARM_RUNS && status == VP_OK; i++) {
        status = prepare(subject, 0, err);
        if (status == VP_OK) status = run(subject, err);
    }
    double begun = vp_clock_wall();
    while (status == VP_OK && count < most) {
        if (count >= LEAST_REPEATS && vp_clock_wall() - begun > options->seconds) break;
        status = prepare(subject, (uint32_t)count, err);
        double wall_start = vp_clock_wall(), cpu_start = vp_clock_process();
        if (status == VP_OK) status = run(subject, err);
        wall[count] = 1e3 * (vp_clock_wall() - wall_start);
        cpu[count] = 1e3 * (vp_clock_process() - cpu_start);
        device[count++] = vp_program_ms(subject->program);
    }
    if (status == VP_OK) {
        row->repeats = count;
        row->wall = vp_bench_summary(wall, count);
        row->cpu = vp_bench_summary(cpu, count);
        row->device = vp_bench_summary(device, count);
    }
    free(samples);
    return status;
}
