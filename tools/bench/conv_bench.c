/* Times the passes of conv2d on the network's layers, through the tape, as training runs them.
 *
 * usage: vkpcl_bench [-b BATCH] [-w WIDTH] [-r RUNS] [LAYER ...]    layers are chosen by a part of their name
 *
 * For each pass: milliseconds and GFLOP/s by wall clock, and GFLOP/s by the CPU time this process took (what counts on
 * a software device that shares its machine), scaled to all its processors. Packing and summing are part of their pass;
 * the best of RUNS runs counts. The device is chosen as by the trainer.
 */
#include "ops/conv2d_internal.h"
#include "vkpcl/status.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct layer {
    const char *name;
    int size, c, k, kernel, stride; /* channels at width 1 */
};

static const struct layer layers[] = {
    {"first 7x7", 64, 3, 64, 7, 2},     {"conv1 3x3", 32, 64, 64, 3, 1},      {"attention 1x1", 32, 64, 64, 1, 1},
    {"layer2 down", 32, 64, 128, 3, 2}, {"resblock 3x3", 16, 128, 128, 3, 1}, {"layer3 down", 8, 128, 256, 3, 2},
    {"branch 3x3", 4, 128, 128, 3, 1},  {"decoder 8", 8, 256, 256, 3, 1},     {"decoder 32", 32, 256, 128, 3, 1},
    {"decoder RGB", 64, 128, 3, 3, 1},
};

struct cost {
    double wall, cpu; /* seconds */
};

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(enum vp_status status, const struct vp_error *err) {
    if (status == VP_OK) return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static void fill(struct vp_tape *tape, const struct vp_tensor *tensor, struct vp_error *err) {
    int64_t count = vp_shape_count(tensor->shape);
    float *values = malloc((size_t)count * sizeof *values);
    vp_assert(values, "out of host memory for %lld values", (long long)count);
    for (int64_t i = 0; i < count; i++) values[i] = (float)(i * 7919 % 1009) / 504.5f - 1.0f;
    must(vp_tensor_upload(tape, tensor, values, err), err);
    free(values);
}

enum pass { FORWARD, DATA, FILTER, PASSES };

/* One pass of the layer alone; *flops gets its operations. */
static struct cost measure(struct vp_gpu *gpu, const struct layer *z, int batch, double width, enum pass pass, int runs,
                           double *flops) {
    struct vp_error err = {0};
    int64_t c = z->c == 3 ? 3 : (int64_t)(z->c * width), k = z->k == 3 ? 3 : (int64_t)(z->k * width);
    int64_t out = (z->size + 2 * (z->kernel / 2) - z->kernel) / z->stride + 1;
    struct conv2d conv = {.n = batch,
                          .h = z->size,
                          .w = z->size,
                          .c = c,
                          .k = k,
                          .r = z->kernel,
                          .s = z->kernel,
                          .p = out,
                          .q = out,
                          .desc = {z->stride, z->kernel / 2, 1.0f}};
    *flops = vp_conv2d_flops(&conv, batch);
    struct vp_tape *tape = vp_tape_create(gpu, z->name);
    struct vp_tensor *x = vp_tape_input(tape, "x", vp_shape4(batch, z->size, z->size, c), VP_F32, false);
    struct vp_tensor *w = vp_tape_input(tape, "w", vp_shape4(k, z->kernel, z->kernel, c), VP_F32, false);
    struct vp_tensor *y = vp_tape_input(tape, "y", vp_shape4(batch, out, out, k), VP_F32, false);
    if (pass == FORWARD)
        vp_conv2d_emit_fwd(tape, &conv, (struct vp_bind[]){vp_value(x), vp_value(w), {0}, vp_value(y)});
    else if (pass == DATA)
        vp_conv2d_emit_bwd_data(tape, &conv, (struct vp_bind[]){vp_value(y), vp_value(w), vp_value(x)}, false);
    else
        vp_conv2d_emit_bwd_filter(tape, &conv, (struct vp_bind[]){vp_value(y), vp_value(x), vp_value(w)}, false);
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    fill(tape, x, &err);
    fill(tape, w, &err);
    fill(tape, y, &err);
    struct cost best = {1e9, 1e9};
    for (int run = 0; run <= runs; run++) {
        must(vp_gpu_wait(gpu, &err), &err);
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        must(vp_tape_run(tape, &err), &err);
        must(vp_gpu_wait(gpu, &err), &err);
        wall = seconds(CLOCK_MONOTONIC) - wall, cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        if (run == 0) continue; /* the first one compiles */
        if (wall < best.wall) best.wall = wall;
        if (cpu < best.cpu) best.cpu = cpu;
    }
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    return best;
}

static void print(const char *pass, struct cost cost, double flops) {
    double processors = (double)sysconf(_SC_NPROCESSORS_ONLN);
    printf("  %-6s %8.2f ms %6.1f wall %6.1f cpu", pass, cost.wall * 1e3, flops / cost.wall * 1e-9,
           flops / cost.cpu * processors * 1e-9);
}

int main(int argc, char **argv) {
    int batch = 16, runs = 3, option;
    double width = 1;
    while ((option = getopt(argc, argv, "b:w:r:")) != -1) {
        if (option == 'b')
            batch = atoi(optarg);
        else if (option == 'w')
            width = atof(optarg);
        else if (option == 'r')
            runs = atoi(optarg);
        else
            return 2;
    }
    struct vp_error err = {0};
    struct vp_gpu *gpu = vp_gpu_create(&(struct vp_gpu_options){0}, &err);
    if (!gpu) must(VP_ERR_NO_DEVICE, &err);
    const struct vp_gpu_info *info = vp_gpu_info(gpu);
    printf("%s, %s; batch %d, width %g, GFLOP/s by wall clock and by CPU time\n", info->name, info->driver, batch,
           width);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        bool chosen = optind == argc;
        for (int a = optind; a < argc; a++) chosen |= strstr(layers[i].name, argv[a]) != NULL;
        if (!chosen) continue;
        printf("%-14s", layers[i].name);
        for (int pass = 0; pass < PASSES; pass++) {
            static const char *const names[PASSES] = {"fwd", "data", "filter"};
            double flops;
            struct cost cost = measure(gpu, &layers[i], batch, width, (enum pass)pass, runs, &flops);
            print(names[pass], cost, flops);
        }
        printf("\n");
        fflush(stdout);
    }
    vp_gpu_destroy(gpu);
    return 0;
}
