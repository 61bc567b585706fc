/* Answering: every candidate of an open question on a tape of its own, against the clock that counts on the device. */
#include "tape/tape_internal.h"
#include "vkpcl/clock.h"
#include <stdlib.h>
#include <string.h>

enum { WARM_RUNS = 2, TIMED_RUNS = 4 };
static const double worth = 0.9;    /* of the default's time: less is noise */
static const double hopeless = 3.0; /* times the best so far: not timed again */

/* Distinct keys, in the order they were asked first. The caller frees. */
static const struct vp_question **collect(struct vp_tape *const *tapes, int count, int *found) {
    int most = 0;
    for (int t = 0; t < count; t++)
        for (const struct vp_asked *a = tapes[t]->asked; a; a = a->next) most++;
    const struct vp_question **list = calloc((size_t)most + 1, sizeof(struct vp_question *));
    vp_assert(list, "out of host memory for %d questions", most);
    *found = 0;
    for (int t = 0; t < count; t++)
        for (const struct vp_asked *a = tapes[t]->asked; a; a = a->next) {
            bool known = vp_gpu_tune_off(tapes[t]->gpu) || vp_gpu_tuned(tapes[t]->gpu, a->question.key);
            for (int i = 0; i < *found; i++) known |= strcmp(list[i]->key, a->question.key) == 0;
            if (!known) list[(*found)++] = &a->question;
        }
    return list;
}

int vp_tune_open(struct vp_tape *const *tapes, int count) {
    int found;
    free(collect(tapes, count, &found));
    return found;
}

/* Milliseconds of one run: CPU time where the device is the CPU, else by timestamps, else by the clock on the wall. */
static enum vp_status run_once(struct vp_tape *tape, double *ms, struct vp_error *err) {
    double wall = vp_clock_wall(), cpu = vp_clock_process();
    enum vp_status status = vp_tape_run(tape, err);
    if (status == VP_OK) status = vp_gpu_wait(tape->gpu, err);
    wall = 1e3 * (vp_clock_wall() - wall);
    cpu = 1e3 * (vp_clock_process() - cpu);
    double device = vp_program_ms(tape->program);
    *ms = tape->caps.is_cpu ? cpu : device > 0 ? device : wall;
    return status;
}

/* The least time of some runs; more than `limit` ends it early. */
static enum vp_status time_candidate(struct vp_gpu *gpu, const struct vp_question *question, int which, double limit,
                                     double *best, struct vp_error *err) {
    struct vp_tape *tape = vp_tape_create(gpu, question->names[which]);
    question->emit(tape, question->attributes, which);
    struct vp_plan plan;
    struct vp_tape_memory memory = {0};
    vp_tape_plan(tape, &plan);
    enum vp_status status = vp_tape_memory_init(&memory, gpu, &plan, 1, err);
    if (status == VP_OK) status = vp_tape_bind(tape, &memory, err);
    *best = 1e30;
    for (int i = 0; i < WARM_RUNS + TIMED_RUNS && status == VP_OK; i++) {
        double ms = 0;
        status = run_once(tape, &ms, err);
        if (i > 0 && ms < *best) *best = ms; /* the first one compiles */
        if (i > 0 && *best > limit) break;
    }
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    return status;
}

static enum vp_status answer(struct vp_gpu *gpu, const struct vp_question *question, struct vp_error *err) {
    int chosen = 0;
    double best = 0;
    for (int i = 0; i < question->timed; i++) {
        double ms;
        enum vp_status status = time_candidate(gpu, question, i, i ? hopeless * best : 1e30, &ms, err);
        if (status != VP_OK) return status;
        bool better = i == 0 || ms < best * (chosen == 0 ? worth : 1);
        if (better) chosen = i, best = ms;
    }
    vp_gpu_tune_set(gpu, question->key, question->names[chosen], best);
    return VP_OK;
}

enum vp_status vp_tune(struct vp_gpu *gpu, struct vp_tape *const *tapes, int count,
                       const struct vp_tune_options *options, int *answered, struct vp_error *err) {
    int all;
    const struct vp_question **list = collect(tapes, count, &all);
    double begun = vp_clock_wall(), seconds = options->seconds > 0 ? options->seconds : 30;
    enum vp_status status = VP_OK;
    *answered = 0;
    while (*answered < all && status == VP_OK && vp_clock_wall() - begun < seconds) {
        if (options->progress) options->progress(options->context, *answered, all, list[*answered]->key);
        status = answer(gpu, list[*answered], err);
        if (status == VP_OK) (*answered)++;
    }
    if (options->progress) options->progress(options->context, *answered, all, "");
    free(list);
    return status == VP_OK ? vp_gpu_tune_save(gpu, err) : status;
}
