#include "cli/stop.h"
#include <signal.h>
#include <stddef.h>
#include <time.h>

static sigset_t stop_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

void vp_stop_block(void) {
    sigset_t set = stop_signals();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

bool vp_stop_wanted(void) {
    sigset_t set = stop_signals();
    if (sigtimedwait(&set, NULL, &(struct timespec){0}) < 0) return false;
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return true;
}
