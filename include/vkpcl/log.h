/* Messages to the person at the terminal. A log is an object, not a global: tests make a silent one.
 *
 * Each message is one line; the newline is added. Levels: VP_LOG_INFO to `out` as is, VP_LOG_WARN prefixed "warning: ",
 * VP_LOG_DEBUG only when verbose.
 */
#ifndef VKPCL_LOG_H
#define VKPCL_LOG_H
#include <stdbool.h>
#include <stdio.h>

enum vp_log_level { VP_LOG_DEBUG, VP_LOG_INFO, VP_LOG_WARN };

struct vp_log {
    FILE *out;    /* NULL: silent */
    bool verbose; /* show VP_LOG_DEBUG too */
    bool is_tty;  /* out is a terminal: live bars are welcome */
};

/* A log on `out` (may be NULL); finds out by itself whether it is a terminal. */
struct vp_log vp_log_init(FILE *out, bool verbose);

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void vp_log(const struct vp_log *log, enum vp_log_level level, const char *format, ...);

#endif
