#include "gpu/profile.h"
#include "gpu/program.h"
#include "vkpcl/file.h"
#include <stdlib.h>
#include <string.h>

struct run {
    uint64_t number;
    double begin_ms, end_ms;
};

struct vp_profile {
    struct vp_arena *labels;
    struct vp_profile_row *rows;
    int count, capacity;
    struct run *runs;
    int run_count, run_capacity;
    double idle_ms; /* inside programs */
};

struct vp_profile *vp_profile_create(void) {
    struct vp_profile *profile = calloc(1, sizeof *profile);
    vp_assert(profile, "out of host memory for a profile");
    profile->labels = vp_arena_create();
    return profile;
}

static void clear(struct vp_profile *profile) {
    profile->count = profile->run_count = 0;
    profile->idle_ms = 0;
    vp_arena_destroy(profile->labels);
    profile->labels = vp_arena_create();
}

void vp_profile_destroy(struct vp_profile *profile) {
    if (!profile) return;
    vp_arena_destroy(profile->labels);
    free(profile->rows);
    free(profile->runs);
    free(profile);
}

static struct vp_profile_row *row_of(struct vp_profile *profile, const char *label) {
    for (int i = 0; i < profile->count; i++)
        if (strcmp(profile->rows[i].label, label) == 0) return &profile->rows[i];
    if (profile->count == profile->capacity) {
        profile->capacity = profile->capacity ? 2 * profile->capacity : 64;
        profile->rows = realloc(profile->rows, (size_t)profile->capacity * sizeof *profile->rows);
        vp_assert(profile->rows, "out of host memory for %d profile rows", profile->capacity);
    }
    struct vp_profile_row *row = &profile->rows[profile->count++];
    *row = (struct vp_profile_row){.label = vp_arena_strdup(profile->labels, label)};
    return row;
}

void vp_profile_add(struct vp_profile *profile, const char *label, double ms, double flops, double bytes,
                    double idle_ms) {
    struct vp_profile_row *row = row_of(profile, label);
    row->calls++;
    row->ms += ms;
    row->flops += flops;
    row->bytes += bytes;
    profile->idle_ms += idle_ms;
}

void vp_profile_run(struct vp_profile *profile, uint64_t run, double begin_ms, double end_ms) {
    if (profile->run_count == profile->run_capacity) {
        profile->run_capacity = profile->run_capacity ? 2 * profile->run_capacity : 64;
        profile->runs = realloc(profile->runs, (size_t)profile->run_capacity * sizeof *profile->runs);
        vp_assert(profile->runs, "out of host memory for %d profiled runs", profile->run_capacity);
    }
    profile->runs[profile->run_count++] = (struct run){run, begin_ms, end_ms};
}

static int by_number(const void *a, const void *b) {
    const struct run *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static double idle_between(struct vp_profile *profile) {
    double idle = 0;
    if (profile->run_count) qsort(profile->runs, (size_t)profile->run_count, sizeof *profile->runs, by_number);
    for (int i = 1; i < profile->run_count; i++) {
        double gap = profile->runs[i].begin_ms - profile->runs[i - 1].end_ms;
        if (gap > 0) idle += gap; /* negative only where the device's clock started anew */
    }
    return idle;
}

static int by_time(const void *a, const void *b) {
    const struct vp_profile_row *x = a, *y = b;
    if (x->ms != y->ms) return x->ms < y->ms ? 1 : -1;
    return strcmp(x->label, y->label);
}

int vp_gpu_profile(struct vp_gpu *gpu, const struct vp_profile_row **rows, struct vp_profile_idle *idle) {
    *rows = NULL;
    *idle = (struct vp_profile_idle){0};
    struct vp_profile *profile = gpu->profile;
    if (!profile) return 0;
    struct vp_error ignored;    /* after a loss, what was measured before it is still worth seeing */
    vp_gpu_wait(gpu, &ignored); /* which collects the timestamps */
    if (profile->count) qsort(profile->rows, (size_t)profile->count, sizeof *profile->rows, by_time);
    *rows = profile->rows;
    *idle = (struct vp_profile_idle){profile->idle_ms, idle_between(profile)};
    return profile->count;
}

void vp_gpu_profile_reset(struct vp_gpu *gpu) {
    const struct vp_profile_row *rows;
    struct vp_profile_idle idle;
    vp_gpu_profile(gpu, &rows, &idle); /* runs under way belong to what is thrown away */
    if (gpu->profile) clear(gpu->profile);
}

void vp_gpu_profile_print(struct vp_gpu *gpu, FILE *out) {
    const struct vp_profile_row *rows;
    struct vp_profile_idle idle;
    double total = 0;
    int count = vp_gpu_profile(gpu, &rows, &idle), width = 21;
    for (int i = 0; i < count; i++) {
        total += rows[i].ms;
        if ((int)strlen(rows[i].label) > width) width = (int)strlen(rows[i].label);
    }
    double all = total + idle.between_kernels_ms + idle.between_programs_ms;
    if (all <= 0) all = 1;
    fprintf(out, "%-*s | %8s | %10s | %6s | %8s | %7s\n", width, "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s");
    for (int i = 0; i < count; i++) {
        double per_ms = rows[i].ms > 0 ? 1e-6 / rows[i].ms : 0;
        fprintf(out, "%-*s | %8llu | %10.3f | %5.1f%% | %8.2f | %7.2f\n", width, rows[i].label,
                (unsigned long long)rows[i].calls, rows[i].ms, 100 * rows[i].ms / all, rows[i].flops * per_ms,
                rows[i].bytes * per_ms);
    }
    fprintf(out, "%-*s | %8s | %10.3f | %5.1f%% |\n", width, "idle between kernels", "", idle.between_kernels_ms,
            100 * idle.between_kernels_ms / all);
    fprintf(out, "%-*s | %8s | %10.3f | %5.1f%% |\n", width, "idle between programs", "", idle.between_programs_ms,
            100 * idle.between_programs_ms / all);
}

enum vp_status vp_gpu_profile_write(struct vp_gpu *gpu, const char *path, struct vp_error *err) {
    const struct vp_profile_row *rows;
    struct vp_profile_idle idle;
    int count = vp_gpu_profile(gpu, &rows, &idle);
    if (count == 0) return VP_OK;
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    fprintf(file.stream, "kernel\tcalls\tms\tflops\tbytes\n");
    for (int i = 0; i < count; i++)
        fprintf(file.stream, "%s\t%llu\t%.6g\t%.9g\t%.9g\n", rows[i].label, (unsigned long long)rows[i].calls,
                rows[i].ms, rows[i].flops, rows[i].bytes);
    fprintf(file.stream, "idle\t0\t%.6g\t0\t0\n", idle.between_kernels_ms + idle.between_programs_ms);
    return vp_file_commit(&file, err);
}
