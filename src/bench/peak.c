/* The device's ceilings, by our own shaders: multiply-adds from registers, and copying what no cache holds. */
#include "bench/copy_peak_args.h"
#include "bench/fma_peak_args.h"
#include "bench/measure.h"
#include <string.h>

static enum vp_status measure(struct vp_gpu *gpu, const struct vp_dispatch *dispatch,
                              const struct vp_bench_options *options, struct vp_bench_row *row, struct vp_error *err) {
    snprintf(row->op, sizeof row->op, "peak");
    snprintf(row->layer, sizeof row->layer, "%s", dispatch->kernel);
    snprintf(row->pass, sizeof row->pass, "%s", vp_bench_pass_name(VP_BENCH_FWD));
    row->flops = dispatch->flops;
    row->bytes = dispatch->bytes;
    struct vp_program *program = vp_program_create(gpu, dispatch->kernel, dispatch, 1, err);
    if (!program) return err->status;
    const struct vp_bench_subject subject = {.gpu = gpu, .program = program};
    enum vp_status status = vp_bench_measure(&subject, options, row, err);
    vp_program_destroy(program);
    return status;
}

/* Enough rounds that the slowest software device takes tens of milliseconds and a large GPU is full. */
static enum vp_status multiply_add(struct vp_gpu *gpu, const struct vp_bench_options *options,
                                   struct vp_bench_report *report, struct vp_error *err) {
    uint32_t groups = report->is_cpu ? 256 : 16384;
    const struct fma_peak_args args = {.rounds = 64, .a = 0.999f, .b = 0.001f};
    struct vp_dispatch dispatch = {.kernel = "fma_peak",
                                   .label = "fma_peak",
                                   .binding_count = 1,
                                   .push = &args,
                                   .push_bytes = sizeof args,
                                   .groups = {groups, 1, 1},
                                   .flops = 64.0 * groups * args.rounds * FMA_LINKS * FMA_CHAINS * 2,
                                   .bytes = 256.0 * groups};
    enum vp_status status = vp_gpu_alloc(gpu, 256 * (uint64_t)groups, "ceiling", &dispatch.bindings[0], err);
    if (status != VP_OK) return status;
    struct vp_bench_row *row = vp_bench_report_add(report);
    snprintf(row->shape, sizeof row->shape, "%u invocations", 64 * groups);
    status = measure(gpu, &dispatch, options, row, err);
    if (status == VP_OK) report->gflops = row->flops / vp_bench_ms(report, row) * 1e-6;
    if (status == VP_OK && options->row_done) options->row_done(options->context, report, row);
    vp_gpu_free(gpu, dispatch.bindings[0]);
    return status;
}

static enum vp_status copy_by(struct vp_gpu *gpu, const char *kernel, const struct vp_range ranges[2],
                              const struct vp_bench_options *options, struct vp_bench_report *report,
                              struct vp_error *err) {
    const struct copy_peak_args args = {.count = (uint32_t)(ranges[0].bytes / 16)};
    struct vp_dispatch dispatch = {.kernel = kernel,
                                   .label = kernel,
                                   .bindings = {ranges[0], ranges[1]},
                                   .binding_count = 2,
                                   .push = &args,
                                   .push_bytes = sizeof args,
                                   .bytes = 32.0 * args.count};
    vp_groups_flat(args.count, 256, dispatch.groups);
    struct vp_bench_row *row = vp_bench_report_add(report);
    snprintf(row->shape, sizeof row->shape, "%u MiB", (unsigned)(ranges[0].bytes >> 20));
    enum vp_status status = measure(gpu, &dispatch, options, row, err);
    if (status != VP_OK) return status;
    double gbytes = row->bytes / vp_bench_ms(report, row) * 1e-6;
    if (gbytes > report->gbytes) report->gbytes = gbytes;
    if (options->row_done) options->row_done(options->context, report, row);
    return VP_OK;
}

/* Each way is measured; the best is the ceiling. */
static enum vp_status copying(struct vp_gpu *gpu, const struct vp_bench_options *options,
                              struct vp_bench_report *report, struct vp_error *err) {
    const struct vp_gpu_caps *caps = vp_gpu_caps(gpu);
    uint64_t bytes = report->is_cpu ? 128u << 20 : 1u << 30;
    if (bytes > caps->max_binding_bytes) bytes = caps->max_binding_bytes / 16 * 16;
    bool texel = caps->texel && vp_gpu_has_kernel(gpu, "copy_peak.texel");
    if (texel && bytes / 16 > caps->max_texel_elements) bytes = 16 * caps->max_texel_elements;
    struct vp_range ranges[2] = {{0}};
    enum vp_status status = VP_OK;
    for (int i = 0; i < 2 && status == VP_OK; i++) {
        status = vp_gpu_alloc(gpu, bytes, "ceiling", &ranges[i], err);
        if (status == VP_OK) status = vp_gpu_fill(gpu, ranges[i], 0x3f800000u, err);
    }
    if (status == VP_OK) status = copy_by(gpu, "copy_peak", ranges, options, report, err);
    if (status == VP_OK && texel) status = copy_by(gpu, "copy_peak.texel", ranges, options, report, err);
    for (int i = 0; i < 2; i++)
        if (ranges[i].block) vp_gpu_free(gpu, ranges[i]);
    return status;
}

enum vp_status vp_bench_peak(struct vp_gpu *gpu, const struct vp_bench_options *options, struct vp_bench_report *report,
                             struct vp_error *err) {
    enum vp_status status = multiply_add(gpu, options, report, err);
    return status == VP_OK ? copying(gpu, options, report, err) : status;
}
