#include "vkpcl/clock.h"
#include <time.h>

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double vp_clock_wall(void) {
    return seconds(CLOCK_MONOTONIC);
}
double vp_clock_process(void) {
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}
double vp_clock_thread(void) {
    return seconds(CLOCK_THREAD_CPUTIME_ID);
}
