#include "tape_run.h"
#include "gpu_for_tests.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void tape_run_init_on(struct tape_run *run, struct vp_gpu *gpu, const char *name) {
    *run = (struct tape_run){.gpu = gpu};
    run->tape = vp_tape_create(gpu, name);
    vp_tape_guard(run->tape);
}

void tape_run_init(struct tape_run *run, const char *name) {
    tape_run_init_on(run, gpu_for_tests(NULL), name);
    run->owns_gpu = true;
}

void tape_run_limit(struct tape_run *run, uint64_t binding_bytes) {
    struct vp_gpu_caps *caps = (struct vp_gpu_caps *)(uintptr_t)vp_tape_caps(run->tape); /* the tape's own copy */
    caps->max_binding_bytes = binding_bytes;
}

void tape_run_bind(struct tape_run *run) {
    struct vp_error err = {0};
    struct vp_plan plan;
    vp_tape_plan(run->tape, &plan);
    must(vp_tape_memory_init(&run->memory, run->gpu, &plan, 1, &err), &err);
    run->bound = true;
    must(vp_tape_bind(run->tape, &run->memory, &err), &err);
    must(vp_tape_poison(run->tape, &err), &err);
}

void tape_run_put(struct tape_run *run, const struct vp_tensor *x, const void *data) {
    struct vp_error err = {0};
    must(vp_tensor_upload(run->tape, x, data, &err), &err);
}

void tape_run_go(struct tape_run *run) {
    struct vp_error err = {0};
    int damaged = 0;
    must(vp_tape_run(run->tape, &err), &err);
    must(vp_gpu_wait(run->gpu, &err), &err);
    must(vp_tape_check_guards(run->tape, &damaged, &err), &err);
    assert_int_equal(damaged, 0);
    assert_int_equal(vp_gpu_validation_messages(run->gpu), 0);
}

void tape_run_get(struct tape_run *run, const struct vp_tensor *x, void *data) {
    struct vp_error err = {0};
    must(vp_tensor_download(run->tape, x, data, &err), &err);
}

void tape_run_fini(struct tape_run *run) {
    vp_tape_destroy(run->tape);
    if (run->bound) vp_tape_memory_fini(&run->memory);
    if (run->owns_gpu) vp_gpu_destroy(run->gpu);
    *run = (struct tape_run){0};
}
