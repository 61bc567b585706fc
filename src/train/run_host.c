/* What the host does in an iteration: processor time of the thread that feeds the device, and its waits. */
#include "train/run.h"
#include <time.h>

enum { FIRST_ITERATIONS = 3 }; /* programs are still being cut by what they cost, and waited for */

static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void vp_report_host_begin(struct vp_run *run) {
    if (run->host.iteration || run->iteration - run->first_iteration < FIRST_ITERATIONS) return;
    run->host.iteration = run->iteration;
    run->host.clock = vp_clock();
    run->host.processor = processor_seconds();
    run->host.waits = vp_gpu_waits(run->gpu);
}

void vp_report_host(const struct vp_run *run) {
    double count = (double)(run->iteration - run->host.iteration);
    if (!run->host.iteration || count < 1) return;
    vp_log(run->request->log, VP_LOG_INFO,
           "host: %.2f ms of processor time and %.1f waits for the device in an iteration of %.1f ms, pictures and "
           "checkpoints included",
           (processor_seconds() - run->host.processor) * 1e3 / count,
           (double)(vp_gpu_waits(run->gpu) - run->host.waits) / count, (vp_clock() - run->host.clock) * 1e3 / count);
}
