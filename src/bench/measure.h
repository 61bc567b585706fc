/* Timing one recorded program again and again. */
#ifndef VKPCL_BENCH_MEASURE_H
#define VKPCL_BENCH_MEASURE_H
#include "vkpcl/bench.h"

/* The buffer that is written between repeats; block 0: none. */
enum vp_status vp_bench_flush_init(struct vp_gpu *gpu, const struct vp_bench_options *options, struct vp_range *flush,
                                   struct vp_error *err);

/* Runs the program until it is compiled and cut, then measures it into the row. `reset` (may be NULL) is called before
 * every run, outside of the measurement. */
struct vp_bench_subject {
    struct vp_gpu *gpu;
    struct vp_program *program;
    struct vp_range flush;
    enum vp_status (*reset)(void *context, struct vp_error *err);
    void *context;
};
enum vp_status vp_bench_measure(const struct vp_bench_subject *subject, const struct vp_bench_options *options,
                                struct vp_bench_row *row, struct vp_error *err);
/* Median, least and most of `count` numbers, which are sorted. */
struct vp_bench_time vp_bench_summary(double *samples, int count);

#endif
