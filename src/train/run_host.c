/* What the host does in an iteration: processor time of the thread that feeds the device, and its waits. */
#include "train/run.h"
#include "vkpcl/clock.h"

enum { FIRST_ITERATIONS = 3 }; /* programs are still being cut by what they cost, and waited for */

static struct vp_host_cost now(const struct vp_run *run) {
    return (struct vp_host_cost){
        .seconds = vp_clock_wall(), .processor = vp_clock_thread(), .waits = (double)vp_gpu_waits(run->gpu)};
}

enum vp_status vp_run_measured_iteration(struct vp_run *run, struct vp_error *err) {
    struct vp_host_cost begin = now(run);
    enum vp_status status = vp_run_iteration(run, err);
    if (run->iteration - run->first_iteration <= FIRST_ITERATIONS) return status;
    struct vp_host_cost end = now(run), *sum = &run->host;
    sum->seconds += end.seconds - begin.seconds;
    sum->processor += end.processor - begin.processor;
    sum->waits += end.waits - begin.waits;
    sum->iterations++;
    return status;
}

void vp_report_host(const struct vp_run *run) {
    const struct vp_host_cost *sum = &run->host;
    if (!sum->iterations) return;
    double n = (double)sum->iterations;
    vp_log(run->request->log, VP_LOG_INFO,
           "host: %.2f ms of processor time and %.1f waits for the device in an iteration of %.1f ms",
           sum->processor * 1e3 / n, sum->waits / n, sum->seconds * 1e3 / n);
}
