/* The report: its rows, and the tables people read. */
#include "vkpcl/bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *vp_bench_pass_name(enum vp_bench_pass pass) {
    static const char *const names[VP_BENCH_PASSES] = {"fwd", "bwd data", "bwd filter", "bwd"};
    return names[pass];
}

void vp_bench_report_init(struct vp_bench_report *report, const struct vp_gpu *gpu, const struct vp_config *config) {
    const struct vp_gpu_info *info = vp_gpu_info(gpu);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *report = (struct vp_bench_report){.is_cpu = vp_gpu_caps(gpu)->is_cpu,
                                       .processors = processors > 0 ? (int)processors : 1,
                                       .width = config->model.width,
                                       .batch = config->data.batch};
    snprintf(report->device, sizeof report->device, "%s", info->name);
    snprintf(report->driver, sizeof report->driver, "%s", info->driver);
}

void vp_bench_report_fini(struct vp_bench_report *report) {
    free(report->rows);
    *report = (struct vp_bench_report){0};
}

struct vp_bench_row *vp_bench_report_add(struct vp_bench_report *report) {
    if (report->count == report->capacity) {
        report->capacity = report->capacity ? 2 * report->capacity : 64;
        report->rows = realloc(report->rows, (size_t)report->capacity * sizeof *report->rows);
        vp_assert(report->rows, "out of host memory for %d rows", report->capacity);
    }
    struct vp_bench_row *row = &report->rows[report->count++];
    *row = (struct vp_bench_row){0};
    return row;
}

/* The clock that counts, and what its milliseconds are divided by. */
static const struct vp_bench_time *clock_of(const struct vp_bench_report *report, const struct vp_bench_row *row,
                                            double *divisor) {
    *divisor = report->is_cpu ? report->processors : 1;
    if (report->is_cpu) return &row->cpu;
    return row->device.median > 0 ? &row->device : &row->wall;
}

double vp_bench_ms(const struct vp_bench_report *report, const struct vp_bench_row *row) {
    double divisor;
    double ms = clock_of(report, row, &divisor)->median / divisor;
    return ms > 1e-6 ? ms : 1e-6;
}

void vp_bench_print_head(const struct vp_bench_report *report, FILE *out) {
    fprintf(out, "%s, %s; width %g, batch %d\n", report->device, report->driver, report->width, report->batch);
    if (report->is_cpu)
        fprintf(out, "ms: CPU time of all threads / %d processors; wall: the median by the clock on the wall\n",
                report->processors);
    else
        fprintf(out, "ms: by the device's timestamps; wall: the median from submission to the end\n");
    fprintf(out, "%-13s | %-17s | %-38s | %-10s | %9s | %9s | %9s | %9s | %8s | %5s | %7s | %5s\n", "op", "layer",
            "shape", "pass", "ms", "min", "max", "wall", "GFLOP/s", "peak", "GB/s", "copy");
}

static void print_share(double value, double ceiling, FILE *out) {
    if (ceiling > 0)
        fprintf(out, " | %4.0f%%", 100 * value / ceiling);
    else
        fprintf(out, " | %5s", "");
}

void vp_bench_print_row(const struct vp_bench_report *report, const struct vp_bench_row *row, FILE *out) {
    double divisor, ms = vp_bench_ms(report, row);
    const struct vp_bench_time *time = clock_of(report, row, &divisor);
    double gflops = row->flops / ms * 1e-6, gbytes = row->bytes / ms * 1e-6;
    fprintf(out, "%-13s | %-17s | %-38s | %-10s | %9.3f | %9.3f | %9.3f | %9.3f | %8.2f", row->op, row->layer,
            row->shape, row->pass, ms, time->min / divisor, time->max / divisor, row->wall.median, gflops);
    print_share(gflops, report->gflops, out);
    fprintf(out, " | %7.2f", gbytes);
    print_share(gbytes, report->gbytes, out);
    fputc('\n', out);
    fflush(out);
}

static const struct vp_bench_row *find(const struct vp_bench_report *report, const struct vp_bench_row *like) {
    for (int i = 0; i < report->count; i++) {
        const struct vp_bench_row *row = &report->rows[i];
        if (strcmp(row->op, like->op) == 0 && strcmp(row->layer, like->layer) == 0 &&
            strcmp(row->pass, like->pass) == 0 && strcmp(row->shape, like->shape) == 0)
            return row;
    }
    return NULL;
}

int vp_bench_compare(const struct vp_bench_report *before, const struct vp_bench_report *now, FILE *out) {
    int both = 0;
    double logs = 0;
    fprintf(out, "before: %s, %s\n", before->device, before->driver);
    if (strcmp(before->device, now->device) != 0 || strcmp(before->driver, now->driver) != 0)
        fprintf(out, "now:    %s, %s\n", now->device, now->driver);
    fprintf(out, "%-13s | %-17s | %-38s | %-10s | %11s | %9s | %6s\n", "op", "layer", "shape", "pass", "ms before",
            "ms now", "faster");
    for (int i = 0; i < now->count; i++) {
        const struct vp_bench_row *row = &now->rows[i], *old = find(before, row);
        if (!old) continue;
        double was = vp_bench_ms(before, old), is = vp_bench_ms(now, row);
        fprintf(out, "%-13s | %-17s | %-38s | %-10s | %11.3f | %9.3f | %5.2fx\n", row->op, row->layer, row->shape,
                row->pass, was, is, was / is);
        logs += log(was / is);
        both++;
    }
    if (both)
        fprintf(out, "geometric mean of %d rows: %.3fx; %d rows have no counterpart\n", both, exp(logs / both),
                now->count - both);
    return both;
}
