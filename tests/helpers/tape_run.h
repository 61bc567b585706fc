/* For tests of ops that op_check does not fit (no gradient, integer tensors): a device, one tape, poisoned memory.
 *
 *     struct tape_run run;
 *     tape_run_init(&run, "random");            opens the device (gpu_for_tests)
 *     ... build on run.tape, vp_tape_keep the outputs ...
 *     tape_run_bind(&run);                      plans, binds and poisons
 *     tape_run_put(&run, input, data);          then upload
 *     tape_run_go(&run);                        runs, waits, checks guards and validation messages
 *     tape_run_get(&run, output, data);
 *     tape_run_fini(&run);
 * Every failure fails the cmocka test with the error's sentence.
 */
#ifndef VKPCL_TAPE_RUN_H
#define VKPCL_TAPE_RUN_H
#include "vkpcl/tape.h"

struct tape_run {
    struct vp_gpu *gpu;
    bool owns_gpu;
    struct vp_tape *tape;
    struct vp_tape_memory memory;
    bool bound;
};

void tape_run_init(struct tape_run *run, const char *name);
void tape_run_init_on(struct tape_run *run, struct vp_gpu *gpu, const char *name); /* gpu stays the caller's */
/* Before building: pretends that the device's largest binding is this small, so that ops cut their work into pieces. */
void tape_run_limit(struct tape_run *run, uint64_t binding_bytes);
void tape_run_bind(struct tape_run *run);
void tape_run_put(struct tape_run *run, const struct vp_tensor *x, const void *data);
void tape_run_go(struct tape_run *run);
void tape_run_get(struct tape_run *run, const struct vp_tensor *x, void *data);
void tape_run_fini(struct tape_run *run);

#endif
