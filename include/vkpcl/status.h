/* Status codes and the one error sentence that travels with them.
 *
 * Three kinds of trouble, three answers:
 *  - a caller's bug (shape mismatch, null pointer) stops the program at once: vp_assert, also in release builds;
 *  - the world (files, flags, corrupt data, memory, a lost device) returns a status and fills `struct vp_error`;
 *  - any other Vulkan failure is printed with its call and place, and aborts (src/gpu).
 * Nothing below the command line prints or exits for the second kind.
 */
#ifndef VKPCL_STATUS_H
#define VKPCL_STATUS_H

enum vp_status {
    VP_OK = 0,
    VP_ERR_USAGE,         /* the user asked for something that does not exist or makes no sense (exit code 2) */
    VP_ERR_IO,            /* a file or folder could not be read or written */
    VP_ERR_FORMAT,        /* a file was read but does not hold what it should */
    VP_ERR_NO_DEVICE,     /* no Vulkan loader, no device, or none that fits the request */
    VP_ERR_OUT_OF_MEMORY, /* device or host memory is not enough; the sentence says how much was needed */
    VP_ERR_DEVICE_LOST,   /* the driver gave the device up; final */
    VP_ERR_NONFINITE,     /* a NaN or an infinity appeared; the sentence names the tensor */
    VP_ERR_INTERRUPTED    /* the user asked to stop; everything was saved */
};

/* One sentence for the user: what was expected, what was found, what to do. */
struct vp_error {
    enum vp_status status;
    char message[1024];
};

/* Fills *err (unless NULL) with the formatted sentence and returns `status`, so that a failure is one line:
 *     return vp_fail(err, VP_ERR_IO, "cannot open %s: %s", path, strerror(errno));                             */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
enum vp_status
vp_fail(struct vp_error *err, enum vp_status status, const char *format, ...);

#ifdef __clang_analyzer__ /* lets it see that a failure never looks like a success */
#define vp_fail(err, status, ...) (vp_fail(err, status, __VA_ARGS__), (status))
#endif

/* Puts "context: " in front of the sentence already in *err; returns its status. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
enum vp_status
vp_fail_context(struct vp_error *err, const char *format, ...);

/* Stops the program when `condition` is false, printing it with both sides of the disagreement. A bug, never input. */
#define vp_assert(condition, ...)                                                                                      \
    ((condition) ? (void)0 : vp_assert_failed(#condition, __FILE__, __LINE__, __VA_ARGS__))

#if defined(__GNUC__)
__attribute__((noreturn, format(printf, 4, 5)))
#endif
void
vp_assert_failed(const char *condition, const char *file, int line, const char *format, ...);

#endif
