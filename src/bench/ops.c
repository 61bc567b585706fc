/* Running the cases: each pass is a tape of its own that holds nothing but the launches of that pass. */
#include "bench/cases.h"
#include "bench/measure.h"
#include <stdlib.h>
#include <string.h>

/* Memory that nobody computes in a backward alone: a small, finite number everywhere. */
static const uint32_t quarter = 0x3e800000u;

struct vp_tensor *vp_bench_input(struct vp_bench_build *build, const char *name, struct vp_shape shape,
                                 enum vp_bench_role role) {
    bool data = build->pass == VP_BENCH_BWD_DATA, filter = build->pass == VP_BENCH_BWD_FILTER;
    bool needs = (role == VP_BENCH_ACTIVATION && data) || (role == VP_BENCH_WEIGHT && filter) ||
                 (role != VP_BENCH_CONSTANT && build->pass == VP_BENCH_BWD);
    vp_assert(build->count < VP_BENCH_INPUTS, "%s is one input too many", name);
    struct vp_tensor *tensor = vp_tape_input(build->tape, name, shape, VP_F32, needs);
    build->inputs[build->count++].tensor = tensor;
    return tensor;
}

uint32_t *vp_bench_words(struct vp_bench_build *build, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                         struct vp_tensor **tensor) {
    vp_assert(build->count < VP_BENCH_INPUTS, "%s is one input too many", name);
    *tensor = vp_tape_input(build->tape, name, shape, dtype, false);
    uint64_t bytes = (uint64_t)vp_shape_count(shape) * vp_dtype_bytes(dtype);
    uint32_t *words = vp_arena_array(vp_tape_arena(build->tape), uint32_t, (bytes + 3) / 4);
    build->inputs[build->count].tensor = *tensor;
    build->inputs[build->count++].data = words;
    return words;
}

/* A case on the device. */
struct subject {
    struct vp_gpu *gpu;
    struct vp_bench_build build;
    struct vp_tape_memory memory;
    struct vp_range seed, temperature;
};

static enum vp_status upload(struct subject *s, struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (int i = 0; i < s->build.count && status == VP_OK; i++) {
        const struct vp_tensor *tensor = s->build.inputs[i].tensor;
        if (s->build.inputs[i].data) {
            status = vp_tensor_upload(s->build.tape, tensor, s->build.inputs[i].data, err);
            continue;
        }
        int64_t count = vp_shape_count(tensor->shape);
        float *values = malloc((size_t)count * sizeof *values);
        vp_assert(values, "out of host memory for %lld values", (long long)count);
        for (int64_t k = 0; k < count; k++) values[k] = (float)(k * 7919 % 1009 + 1) / 1010.0f;
        status = vp_tensor_upload(s->build.tape, tensor, values, err);
        free(values);
    }
    return status;
}

/* Some backwards work in place: the gradient they start from is made anew. */
static enum vp_status reset(void *context, struct vp_error *err) {
    struct subject *s = context;
    return s->seed.block ? vp_gpu_fill(s->gpu, s->seed, quarter, err) : VP_OK;
}

static enum vp_status prepare(struct subject *s, const struct vp_bench_case *z, struct vp_bench_row *row,
                              struct vp_error *err) {
    struct vp_tape *tape = s->build.tape;
    enum vp_status status = vp_gpu_alloc(s->gpu, 256, "temperature", &s->temperature, err);
    if (status == VP_OK) status = vp_gpu_fill(s->gpu, s->temperature, quarter, err);
    struct vp_tensor *y = z->build(&s->build, z);
    if (s->build.pass != VP_BENCH_FWD) {
        uint64_t bytes = 4 * (uint64_t)vp_shape_count(y->shape);
        if (status == VP_OK) status = vp_gpu_alloc(s->gpu, bytes, "gradient", &s->seed, err);
        vp_tape_seed(tape, y, &s->seed);
        vp_tape_forget_launches(tape);
        vp_tape_backward(tape);
    } else if (y) {
        vp_tape_keep(tape, y);
    }
    struct vp_plan plan;
    vp_tape_plan(tape, &plan);
    row->flops = plan.flops;
    row->bytes = plan.bytes;
    if (status == VP_OK) status = vp_tape_memory_init(&s->memory, s->gpu, &plan, 1, err);
    for (int i = 0; i < s->memory.bins && status == VP_OK; i++)
        status = vp_gpu_fill(s->gpu, s->memory.bin[i], quarter, err);
    if (status == VP_OK) status = vp_tape_bind(tape, &s->memory, err);
    return status == VP_OK ? upload(s, err) : status;
}

static enum vp_status measure(struct vp_gpu *gpu, const struct vp_bench_case *z, enum vp_bench_pass pass,
                              struct vp_range flush, const struct vp_bench_options *options, struct vp_bench_row *row,
                              struct vp_error *err) {
    snprintf(row->op, sizeof row->op, "%s", z->op);
    snprintf(row->layer, sizeof row->layer, "%s", z->layer);
    snprintf(row->pass, sizeof row->pass, "%s", vp_bench_pass_name(pass));
    struct subject s = {.gpu = gpu, .build = {.pass = pass, .shape = row->shape}};
    s.build.tape = vp_tape_create(gpu, z->layer);
    s.build.temperature = &s.temperature;
    enum vp_status status = prepare(&s, z, row, err);
    if (status == VP_OK)
        status = vp_bench_measure(
            &(struct vp_bench_subject){
                .gpu = gpu, .program = vp_tape_program(s.build.tape), .flush = flush, .reset = reset, .context = &s},
            options, row, err);
    vp_tape_destroy(s.build.tape);
    vp_tape_memory_fini(&s.memory);
    if (s.seed.block) vp_gpu_free(gpu, s.seed);
    if (s.temperature.block) vp_gpu_free(gpu, s.temperature);
    return status;
}

static bool wanted(const struct vp_bench_case *z, const struct vp_bench_options *options) {
    bool any = options->name_count == 0;
    for (int i = 0; i < options->name_count; i++)
        any |= strstr(z->op, options->names[i]) != NULL || strstr(z->layer, options->names[i]) != NULL;
    return any;
}

enum vp_status vp_bench_ops(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_bench_options *options,
                            struct vp_bench_report *report, struct vp_error *err) {
    int count, chosen = 0;
    struct vp_bench_case *cases = vp_bench_cases(config, &count);
    struct vp_range flush;
    enum vp_status status = vp_bench_flush_init(gpu, options, &flush, err);
    for (int i = 0; i < count && status == VP_OK; i++) {
        if (!wanted(&cases[i], options)) continue;
        chosen++;
        for (enum vp_bench_pass pass = 0; pass < VP_BENCH_PASSES && status == VP_OK; pass++) {
            if (!(cases[i].passes & VP_BENCH_BIT(pass))) continue;
            struct vp_bench_row row = {0};
            status = measure(gpu, &cases[i], pass, flush, options, &row, err);
            if (status != VP_OK) break;
            struct vp_bench_row *kept = vp_bench_report_add(report);
            *kept = row;
            if (options->row_done) options->row_done(options->context, report, kept);
        }
    }
    if (status == VP_OK && !chosen)
        status =
            vp_fail(err, VP_ERR_USAGE, "no op and no layer of the network has \"%s\" in its name", options->names[0]);
    if (flush.block) vp_gpu_free(gpu, flush);
    free(cases);
    return status;
}
