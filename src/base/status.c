#include "vkpcl/status.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef vp_fail /* see __clang_analyzer__ in the header */
enum vp_status vp_fail(struct vp_error *err, enum vp_status status, const char *format, ...) {
    if (!err) return status;
    err->status = status;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return status;
}

enum vp_status vp_fail_context(struct vp_error *err, const char *format, ...) {
    /* The caller promised an error is already there; without a struct only the code can travel. */
    if (!err) return VP_ERR_IO;
    char context[sizeof err->message];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(context, sizeof context, format, args);
    va_end(args);
    if (length < 0) return err->status;
    size_t used = strlen(context), room = sizeof err->message - 1;
    /* The cause matters more than the place: a long context gives way to the sentence behind it. */
    size_t cause = strlen(err->message);
    if (cause + 2 >= room) return err->status;
    if (used > room - cause - 2) used = room - cause - 2;
    memmove(err->message + used + 2, err->message, cause + 1);
    memcpy(err->message, context, used);
    memcpy(err->message + used, ": ", 2);
    return err->status;
}

void vp_assert_failed(const char *condition, const char *file, int line, const char *format, ...) {
    fprintf(stderr, "%s:%d: bug: (%s) does not hold: ", file, line, condition);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    fflush(stderr);
    abort();
}
