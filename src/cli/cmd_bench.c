/* vkpcl bench: what the device can do, what every op takes of it, what an iteration costs. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/bench.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct bench_flags {
    struct vp_gpu_flags gpu;
    const char *preset, *json, *compare;
    struct vp_texts set;
    int64_t repeats, batch, pose_batch, negatives, flush;
    double width, seconds;
};

static const struct vp_flag flags[] = {
    {"width", "W", VP_FLAG_REAL, offsetof(struct bench_flags, width), "of the network (default 1)"},
    {"batch", "N", VP_FLAG_INT, offsetof(struct bench_flags, batch), "images of a step (default 16)"},
    {"pose-batch", "P", VP_FLAG_INT, offsetof(struct bench_flags, pose_batch), "of them in the pose phase (default 2)"},
    {"negatives", "K", VP_FLAG_INT, offsetof(struct bench_flags, negatives), "pose negatives of each (default 16)"},
    {"preset", "NAME", VP_FLAG_TEXT, offsetof(struct bench_flags, preset), "sizes of a preset instead"},
    {"set", "KEY=VALUE", VP_FLAG_LIST, offsetof(struct bench_flags, set), "one setting; may be given several times"},
    {"repeats", "N", VP_FLAG_INT, offsetof(struct bench_flags, repeats),
     "measurements of each (default 15; iterations of a step: 3)"},
    {"seconds", "S", VP_FLAG_REAL, offsetof(struct bench_flags, seconds),
     "less measurements, but 3, where they take longer (default 2)"},
    {"flush", "MIB", VP_FLAG_INT, offsetof(struct bench_flags, flush), "written between repeats (default 64)"},
    {"json", "FILE", VP_FLAG_TEXT, offsetof(struct bench_flags, json), "write ops or peak as JSON"},
    {"compare", "FILE", VP_FLAG_TEXT, offsetof(struct bench_flags, compare), "print ratios to an earlier JSON"},
    VP_GPU_FLAGS(struct bench_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "bench",
    "ops|step|peak [NAME...]",
    "Measures the device: peak (its ceilings by our own shaders), ops (every op "
    "at the network's shapes;\nNAMEs choose by a part of op or layer), step "
    "(whole iterations, with time per kernel).",
    flags,
    1,
    VP_MAX_TEXTS};

static enum vp_status read_config(const struct bench_flags *values, struct vp_config *config, const struct vp_log *log,
                                  struct vp_error *err) {
    vp_config_init(config);
    if (values->preset) {
        enum vp_status status = vp_config_load(config, values->preset, log, err);
        if (status != VP_OK) return status;
    } else { /* the size whose figures people compare */
        config->data.batch = 16;
        config->data.pose_batch = 2;
        config->data.pose_negatives = 16;
    }
    if (values->width > 0) config->model.width = values->width;
    if (values->batch > 0) config->data.batch = (int)values->batch;
    if (values->pose_batch > 0) config->data.pose_batch = (int)values->pose_batch;
    if (values->negatives > 0) config->data.pose_negatives = (int)values->negatives;
    for (int i = 0; i < values->set.count; i++) {
        enum vp_status status = vp_config_set(config, values->set.text[i], err);
        if (status != VP_OK) return status;
    }
    return vp_config_check(config, err);
}

static void row_done(void *context, const struct vp_bench_report *report, const struct vp_bench_row *row) {
    (void)context;
    vp_bench_print_row(report, row, stdout);
}

/* Ceilings always come first: the other rows are held against them. */
static enum vp_status tables(struct vp_gpu *gpu, const struct bench_flags *values, const struct vp_config *config,
                             const struct vp_texts *operands, bool ops, struct vp_error *err) {
    struct vp_bench_report report, before = {0};
    enum vp_status status = VP_OK;
    if (values->compare) status = vp_bench_read(&before, values->compare, err);
    if (status != VP_OK) return status;
    const struct vp_bench_options options = {.repeats = values->repeats > 0 ? (int)values->repeats : 15,
                                             .seconds = values->seconds > 0 ? values->seconds : 2,
                                             .flush = (uint64_t)(values->flush > 0 ? values->flush : 64) << 20,
                                             .names = operands->text + 1,
                                             .name_count = operands->count - 1,
                                             .row_done = row_done};
    vp_bench_report_init(&report, gpu, config);
    vp_bench_print_head(&report, stdout);
    status = vp_bench_peak(gpu, &options, &report, err);
    if (status == VP_OK && ops) status = vp_bench_ops(gpu, config, &options, &report, err);
    if (status == VP_OK && values->json) status = vp_bench_write(&report, values->json, err);
    if (status == VP_OK && values->compare) {
        printf("\n");
        if (!vp_bench_compare(&before, &report, stdout))
            status = vp_fail(err, VP_ERR_USAGE, "%s and this run have no row in common", values->compare);
    }
    vp_bench_report_fini(&report);
    vp_bench_report_fini(&before);
    return status;
}

static void print_step(const struct vp_gpu *gpu, const struct vp_config *config, const struct vp_bench_step *step) {
    const struct vp_gpu_info *info = vp_gpu_info(gpu);
    printf("%s, %s; width %g, B %d, P %d, K %d\n", info->name, info->driver, config->model.width, config->data.batch,
           config->data.pose_batch, config->data.pose_negatives);
    printf("iteration       %9.1f ms, median of %d (%.1f to %.1f); %.2f images/s\n", step->wall.median,
           step->iterations, step->wall.min, step->wall.max, 1e3 * config->data.batch / step->wall.median);
    printf("work            %9.2f GFLOP in %d kernels, %d barriers: %.2f GFLOP/s\n", step->flops * 1e-9, step->launches,
           step->barriers, step->flops / step->wall.median * 1e-6);
    printf("CPU time        %9.1f ms of all threads (%.1f to %.1f): %.2f GFLOP/s a processor\n", step->cpu.median,
           step->cpu.min, step->cpu.max, step->flops / step->cpu.median * 1e-6);
    printf("host thread     %9.2f ms of CPU time per iteration\n", step->host_ms);
    printf(
        "start           %9.1f ms; CPU time %.0f ms: building and planning %.0f, pipelines and recording %.0f, first "
        "iteration %.0f, of which compiling %.0f\n",
        step->start_ms, step->build_cpu_ms + step->bind_cpu_ms + step->first_cpu_ms, step->build_cpu_ms,
        step->bind_cpu_ms, step->first_cpu_ms, fmax(0, step->first_cpu_ms - step->cpu.median));
    printf("device memory   %9.1f MiB", (double)step->memory / 1048576.0);
    if (step->micro_batch) printf(", %d images through the networks at once", step->micro_batch);
    printf("\n");
    printf("losses          L1 %.5f, face %.5f, pose %.5f\n\n", (double)step->l1, (double)step->face,
           (double)step->pose);
}

/* A profile waits for every kernel, so it gets iterations of its own, on a device opened for it. */
static enum vp_status step(struct bench_flags *values, const struct vp_config *config, struct vp_gpu **gpu,
                           const struct vp_log *log, struct vp_error *err) {
    struct vp_bench_step result;
    int iterations = values->repeats > 0 ? (int)values->repeats : 3;
    enum vp_status status = vp_bench_step(*gpu, config, iterations, &result, err);
    if (status != VP_OK) return status;
    print_step(*gpu, config, &result);
    vp_gpu_destroy(*gpu);
    struct vp_log quiet = *log;
    quiet.out = NULL;
    values->gpu.profile = true;
    *gpu = vp_cli_open_gpu(&values->gpu, &quiet, err);
    if (!*gpu) return err->status;
    status = vp_bench_step(*gpu, config, 1, &result, err);
    if (status == VP_OK) vp_gpu_profile_print(*gpu, stdout);
    return status;
}

int vp_cmd_bench(int argc, char **argv) {
    struct bench_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    const char *what = operands.text[0];
    bool ops = strcmp(what, "ops") == 0, whole = strcmp(what, "step") == 0;
    if (!ops && !whole && strcmp(what, "peak") != 0) {
        fprintf(stderr, "vkpcl bench: \"%s\" is none of ops, step and peak\n", what);
        return 2;
    }
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stderr, values.gpu.verbose);
    struct vp_config config;
    if (read_config(&values, &config, &log, &err) != VP_OK) return vp_cli_fail(&err);
    struct vp_gpu *gpu = vp_cli_open_gpu(&values.gpu, &log, &err);
    if (!gpu) return vp_cli_fail(&err);
    enum vp_status status =
        whole ? step(&values, &config, &gpu, &log, &err) : tables(gpu, &values, &config, &operands, ops, &err);
    vp_gpu_destroy(gpu);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
