/* Benchmarks: every op at the network's real shapes, the whole iteration, and what the device can do at best.
 *
 * Each measurement is repeated; before every repeat a buffer larger than the caches is written. Three clocks run: wall
 * time from submission to the end, CPU time of the process (all that counts on a software device whose machine has
 * other work, and what its figures are made of), and the device's own timestamps (what a GPU's figures are made of).
 * Ceilings come from two shaders of ours: multiply-adds between registers, and copying memory.
 */
#ifndef VKPCL_BENCH_H
#define VKPCL_BENCH_H
#include "vkpcl/config.h"
#include "vkpcl/gpu.h"
#include "vkpcl/tape.h"

/* Milliseconds over the repeats. */
struct vp_bench_time {
    double median, min, max;
};

enum vp_bench_pass { VP_BENCH_FWD, VP_BENCH_BWD_DATA, VP_BENCH_BWD_FILTER, VP_BENCH_BWD, VP_BENCH_PASSES };
const char *vp_bench_pass_name(enum vp_bench_pass pass); /* "fwd", "bwd data", "bwd filter", "bwd" */

struct vp_bench_row {
    char op[24];    /* a name of src/ops/ops.def */
    char layer[40]; /* which of the network's layers has this shape: "conv1.2" */
    char shape[96];
    char pass[16];
    double flops, bytes; /* of one run, by the op's own count */
    int repeats;
    struct vp_bench_time wall, cpu, device; /* device: 0 without timestamps */
};

struct vp_bench_report {
    char device[256], driver[256];
    bool is_cpu;
    int processors;        /* online on this machine */
    double width;          /* of the network */
    int batch;             /* images of a step */
    double gflops, gbytes; /* the ceilings, per second; 0 when not measured */
    struct vp_bench_row *rows;
    int count, capacity;
};
void vp_bench_report_init(struct vp_bench_report *report, const struct vp_gpu *gpu, const struct vp_config *config);
void vp_bench_report_fini(struct vp_bench_report *report);
struct vp_bench_row *vp_bench_report_add(struct vp_bench_report *report);
/* The milliseconds that count: CPU time over the number of processors on a software device, else timestamps. */
double vp_bench_ms(const struct vp_bench_report *report, const struct vp_bench_row *row);

struct vp_bench_options {
    int repeats;              /* at most, at least 3 unless this is less */
    double seconds;           /* after this time a measurement ends early */
    uint64_t flush;           /* bytes written between repeats */
    const char *const *names; /* only cases whose op or layer contains one of these; NULL: all */
    int name_count;
    void (*row_done)(void *context, const struct vp_bench_report *report, const struct vp_bench_row *row);
    void *context;
};

/* Measures the ceilings into the report, with a row for each shader tried. */
enum vp_status vp_bench_peak(struct vp_gpu *gpu, const struct vp_bench_options *options, struct vp_bench_report *report,
                             struct vp_error *err);
/* Every op of the network of `config`: model.width, model.size, data.batch, data.pose_batch, data.pose_negatives. */
enum vp_status vp_bench_ops(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_bench_options *options,
                            struct vp_bench_report *report, struct vp_error *err);

/* What whole iterations cost, images drawn and augmented on the device as in a run (the host decodes nothing). */
struct vp_bench_step {
    int iterations;
    double flops;                   /* of one iteration */
    uint64_t memory;                /* bytes on the device */
    struct vp_bench_time wall, cpu; /* of an iteration, ms */
    double host_ms;                 /* CPU time of the thread that submits, per iteration */
    double start_ms;                /* from nothing to the end of the first iteration, by the clock on the wall */
    /* CPU time of all threads in it: parameters, building and planning; memory, pipelines and recording; the first
     * iteration, in which software devices compile. */
    double build_cpu_ms, bind_cpu_ms, first_cpu_ms;
    int micro_batch;        /* images through the networks at once, set or chosen for the memory there is; 0: all */
    int launches, barriers; /* kernels of one iteration; where one waits for those before it */
    float l1, face, pose;   /* losses of the last iteration: finite, or something is wrong */
};
enum vp_status vp_bench_step(struct vp_gpu *gpu, const struct vp_config *config, int iterations,
                             struct vp_bench_step *step, struct vp_error *err);

/* An aligned table: its head, then a line a row (ready for row_done). */
void vp_bench_print_head(const struct vp_bench_report *report, FILE *out);
void vp_bench_print_row(const struct vp_bench_report *report, const struct vp_bench_row *row, FILE *out);
/* The report as JSON and back. Reading checks what it needs and says what is missing. */
enum vp_status vp_bench_write(const struct vp_bench_report *report, const char *path, struct vp_error *err);
enum vp_status vp_bench_read(struct vp_bench_report *report, const char *path, struct vp_error *err);
/* Rows that both reports have: time before and now, their ratio (above 1: faster now), the geometric mean. Returns how
 * many rows were found in both. */
int vp_bench_compare(const struct vp_bench_report *before, const struct vp_bench_report *now, FILE *out);

/* The names of the ops that have a case, for the test that none is forgotten. Returns their number. */
int vp_bench_op_names(const char **names, int capacity);

#endif
