/* Times ggml's forward convolutions and matrix products, for tools/bench_peers, which compiles it against Debian
 * testing's libggml and runs it through that release's own loader. No part of the program.
 *
 * usage: peers_ggml BACKENDS-FOLDER DEVICE THREADS REPEATS < shapes
 * A device is chosen by the beginning of its name ("CPU", "Vulkan"). A line of shapes is "conv n h w c k filter stride"
 * or "linear n c k"; for each comes a line "wall-ms cpu-ms device", the medians, or "none" where the back end cannot do
 * it.
 */
#include <ggml-backend.h>
#include <ggml.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double milliseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *samples, int count) {
    qsort(samples, (size_t)count, sizeof *samples, rising);
    return samples[count / 2];
}

static void set_threads(ggml_backend_t backend, ggml_backend_dev_t device, int threads) {
    ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(device);
    ggml_backend_set_n_threads_t set =
        (ggml_backend_set_n_threads_t)ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
    if (set) set(backend, threads);
}

static void fill(struct ggml_tensor *tensor) {
    size_t count = (size_t)ggml_nelements(tensor);
    float *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++) values[i] = (float)(i * 7919 % 1009 + 1) / 1010.0f;
    ggml_backend_tensor_set(tensor, values, 0, ggml_nbytes(tensor));
    free(values);
}

static void measure(ggml_backend_t backend, const char *name, struct ggml_context *context, struct ggml_tensor *a,
                    struct ggml_tensor *b, struct ggml_tensor *y, int repeats) {
    if (!ggml_backend_supports_op(backend, y)) {
        printf("none\n");
        return;
    }
    struct ggml_cgraph *graph = ggml_new_graph(context);
    ggml_build_forward_expand(graph, y);
    ggml_backend_buffer_t buffer = ggml_backend_alloc_ctx_tensors(context, backend);
    fill(a);
    fill(b);
    double *wall = calloc((size_t)repeats, sizeof *wall), *cpu = calloc((size_t)repeats, sizeof *cpu);
    for (int i = -2; i < repeats; i++) { /* the first two compile */
        double wall_start = milliseconds(CLOCK_MONOTONIC), cpu_start = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
        ggml_backend_graph_compute(backend, graph);
        ggml_backend_synchronize(backend);
        if (i < 0) continue;
        wall[i] = milliseconds(CLOCK_MONOTONIC) - wall_start;
        cpu[i] = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
    }
    double wall_ms = median(wall, repeats), cpu_ms = median(cpu, repeats);
    printf("%.4f %.4f %s\n", wall_ms, cpu_ms, name);
    free(wall);
    free(cpu);
    ggml_backend_buffer_free(buffer);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: peers_ggml BACKENDS-FOLDER DEVICE THREADS REPEATS < shapes\n");
        return 2;
    }
    ggml_backend_load_all_from_path(argv[1]);
    ggml_backend_dev_t device = NULL;
    for (size_t i = 0; i < ggml_backend_dev_count() && !device; i++)
        if (strncmp(ggml_backend_dev_name(ggml_backend_dev_get(i)), argv[2], strlen(argv[2])) == 0)
            device = ggml_backend_dev_get(i);
    if (!device) {
        fprintf(stderr, "peers_ggml: ggml has no device %s\n", argv[2]);
        return 1;
    }
    ggml_backend_t backend = ggml_backend_dev_init(device, NULL);
    set_threads(backend, device, atoi(argv[3]) > 0 ? atoi(argv[3]) : 1);
    const char *name = ggml_backend_dev_description(device);
    int repeats = atoi(argv[4]) > 0 ? atoi(argv[4]) : 1;
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        const struct ggml_init_params params = {ggml_tensor_overhead() * 16 + ggml_graph_overhead(), NULL, true};
        struct ggml_context *context = ggml_init(params);
        struct ggml_tensor *w, *x, *y;
        int n, h, width, c, k, filter, stride;
        if (sscanf(line, "conv %d %d %d %d %d %d %d", &n, &h, &width, &c, &k, &filter, &stride) == 7) {
            w = ggml_new_tensor_4d(context, GGML_TYPE_F32, filter, filter, c, k);
            x = ggml_new_tensor_4d(context, GGML_TYPE_F32, width, h, c, n);
            y = ggml_conv_2d_direct(context, w, x, stride, stride, filter / 2, filter / 2, 1, 1);
        } else if (sscanf(line, "linear %d %d %d", &n, &c, &k) == 3) {
            w = ggml_new_tensor_2d(context, GGML_TYPE_F32, c, k);
            x = ggml_new_tensor_2d(context, GGML_TYPE_F32, c, n);
            y = ggml_mul_mat(context, w, x);
        } else {
            fprintf(stderr, "peers_ggml: no shape: %s", line);
            return 2;
        }
        measure(backend, name, context, w, x, y, repeats);
        fflush(stdout);
        ggml_free(context);
    }
    ggml_backend_free(backend);
    return 0;
}
