/* Opening the device under test. VKPCL_VALIDATION=1 in the environment turns the layers on for every test here. */
#ifndef VKPCL_TESTS_GPU_FIXTURE_H
#define VKPCL_TESTS_GPU_FIXTURE_H
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include "vkpcl/gpu.h"
#include <stdlib.h>
#include <string.h>

static inline struct vp_gpu *open_gpu(struct vp_gpu_options options) {
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stderr, false);
    if (!options.log) options.log = &log;
    if (!options.cache_folder) options.cache_folder = "";
    struct vp_gpu *gpu = vp_gpu_create(&options, &err);
    if (!gpu) fail_msg("%s", err.message);
    return gpu;
}

/* Every test ends here: the layers must have been silent. */
static inline void close_gpu(struct vp_gpu *gpu) {
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
}

static inline struct vp_range alloc(struct vp_gpu *gpu, uint64_t bytes) {
    struct vp_error err = {0};
    struct vp_range range;
    if (vp_gpu_alloc(gpu, bytes, "test block", &range, &err) != VP_OK) fail_msg("%s", err.message);
    return range;
}

static inline struct vp_range part(struct vp_range range, uint64_t offset, uint64_t bytes) {
    return (struct vp_range){.block = range.block, .offset = range.offset + offset, .bytes = bytes};
}

#define CHECK_OK(call) check_ok((call), &err)
static inline void check_ok(enum vp_status status, const struct vp_error *err) {
    if (status != VP_OK) fail_msg("status %d: %s", (int)status, err->message);
}

struct axpy_push {
    uint32_t n;
    float alpha;
};

/* y = alpha x + y + bias on n floats; push is kept by the caller until the program is made. */
static inline struct vp_dispatch axpy(struct vp_range x, struct vp_range y, const struct axpy_push *push, float bias) {
    struct vp_dispatch d = {
        .kernel = "test_axpy",
        .spec = {32, 0},
        .spec_count = 2,
        .bindings = {x, y},
        .binding_count = 2,
        .push = push,
        .push_bytes = sizeof *push,
        .groups = {(push->n + 31) / 32, 1, 1},
        .flops = 3.0 * push->n,
        .bytes = 12.0 * push->n,
        .label = "axpy",
    };
    memcpy(&d.spec[1], &bias, sizeof bias);
    return d;
}

#endif
