/* The device a test runs on: the one VKPCL_DEVICE names or the best, with validation when VKPCL_VALIDATION is set. */
#ifndef VKPCL_GPU_FOR_TESTS_H
#define VKPCL_GPU_FOR_TESTS_H
#include "vkpcl/gpu.h"

/* Opens the device with these capabilities masked (NULL: the environment's); fails the test when there is none. */
struct vp_gpu *gpu_for_tests(const char *disable);

/* Setup and teardown of a group whose state is one device; any validation message fails it. */
int group_gpu_open(void **state);
int group_gpu_close(void **state);

enum { VP_TEST_MASKS = 8 };
/* Capability masks worth testing: [0] is "", then every single mask that changes something on `gpu`, then all of them. */
int masks_for_tests(const struct vp_gpu *gpu, const char *masks[VP_TEST_MASKS]);

/* Fails the running test when status is not VP_OK, showing the sentence. */
void must(enum vp_status status, const struct vp_error *err);

#endif
