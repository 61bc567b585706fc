#include "vkpcl/log.h"
#include <stdarg.h>
#include <unistd.h>

struct vp_log vp_log_init(FILE *out, bool verbose) {
    struct vp_log log = {.out = out, .verbose = verbose, .is_tty = false};
    if (out) log.is_tty = isatty(fileno(out)) == 1;
    return log;
}

void vp_log(const struct vp_log *log, enum vp_log_level level, const char *format, ...) {
    if (!log || !log->out || (level == VP_LOG_DEBUG && !log->verbose)) return;
    flockfile(log->out); /* one message, one line, also from worker threads */
    if (level == VP_LOG_WARN) fputs("warning: ", log->out);
    va_list args;
    va_start(args, format);
    vfprintf(log->out, format, args);
    va_end(args);
    fputc('\n', log->out);
    fflush(log->out);
    funlockfile(log->out);
}
