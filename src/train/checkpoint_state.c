/* The small arrays of a checkpoint, and its checksum. */
#include "train/checkpoint_internal.h"
#include <stdlib.h>
#include <string.h>

const char *const vp_checkpoint_prefix[VP_CHECKPOINT_BUFFERS] = {"", "optimizer.m.", "optimizer.v."};

struct vp_range vp_checkpoint_buffer(const struct vp_param *param, int which) {
    return which == 0 ? param->value : which == 1 ? param->m : param->v;
}

/* A member that is added to these structs must be saved too. */
_Static_assert(sizeof(struct vp_dwa) == 8 * sizeof(double), "checkpoints hold all of vp_dwa");
_Static_assert(sizeof(struct vp_report_sums) == 7 * sizeof(double), "checkpoints hold all of vp_report_sums");

void vp_checkpoint_state_init(struct vp_checkpoint_state *state, const struct vp_run *run) {
    const struct vp_dwa *dwa = &run->dwa;
    const struct vp_report_sums *sums = &run->sums;
    const struct vp_adam *adam = &run->shared.adam;
    *state = (struct vp_checkpoint_state){
        .counters = {run->iteration, (int64_t)dwa->count, (int64_t)dwa->epochs, sums->count},
        .dwa = {dwa->sum[0], dwa->sum[1], dwa->last[0], dwa->last[1], dwa->before[0], dwa->before[1]},
        .sums = {sums->l1, sums->orth, sums->face, sums->face_accuracy, sums->pose, sums->pose_accuracy},
        .parameters = adam->parameters,
        .arrays = run->config->model.precision == VP_PRECISION_F16 ? VP_CHECKPOINT_STATES : VP_CHECKPOINT_STATES - 2};
    for (int i = 0; i < VP_PHASES; i++) {
        const struct vp_run_scales *scales = &run->scales;
        const int64_t counters[5] = {scales->of[i].good, scales->of[i].skipped, scales->outcome[0][i],
                                     scales->outcome[1][i], scales->known[i]};
        state->scale[i] = scales->of[i].scale;
        memcpy(state->scale_counters[i], counters, sizeof counters);
    }
    state->steps = calloc((size_t)adam->parameters, sizeof *state->steps);
    vp_assert(state->steps, "no host memory for the steps of %d parameters", adam->parameters);
    for (int i = 0; i < adam->parameters; i++) state->steps[i] = (int64_t)adam->steps[i];
}

void vp_checkpoint_state_fini(struct vp_checkpoint_state *state) {
    free(state->steps);
    state->steps = NULL;
}

void vp_checkpoint_state_apply(const struct vp_checkpoint_state *state, struct vp_run *run) {
    const double *d = state->dwa, *s = state->sums;
    run->iteration = state->counters[0];
    run->dwa = (struct vp_dwa){.sum = {d[0], d[1]},
                               .count = (uint64_t)state->counters[1],
                               .last = {d[2], d[3]},
                               .before = {d[4], d[5]},
                               .epochs = (uint64_t)state->counters[2]};
    run->sums = (struct vp_report_sums){s[0], s[1], s[2], s[3], s[4], s[5], state->counters[3]};
    for (int i = 0; i < state->parameters; i++) run->shared.adam.steps[i] = (uint64_t)state->steps[i];
    for (int i = 0; i < VP_PHASES; i++) {
        const int64_t *counters = state->scale_counters[i];
        run->scales.of[i] = (struct vp_loss_scale){state->scale[i], counters[0], counters[1]};
        run->scales.outcome[0][i] = counters[2], run->scales.outcome[1][i] = counters[3];
        run->scales.known[i] = counters[4];
    }
}

struct vp_array vp_checkpoint_state_array(struct vp_checkpoint_state *state, int i, const char **name) {
    static const char *const names[VP_CHECKPOINT_STATES] = {"run.counters",    "run.dwa",    "run.sums",
                                                            "optimizer.steps", "run.scales", "run.scale_counters"};
    struct vp_array arrays[VP_CHECKPOINT_STATES] = {
        {.type = VP_ARRAY_I64, .rank = 1, .shape = {4}, .data = state->counters},
        {.type = VP_ARRAY_F64, .rank = 2, .shape = {3, 2}, .data = state->dwa},
        {.type = VP_ARRAY_F64, .rank = 1, .shape = {6}, .data = state->sums},
        {.type = VP_ARRAY_I64, .rank = 1, .shape = {state->parameters}, .data = state->steps},
        {.type = VP_ARRAY_F64, .rank = 1, .shape = {VP_PHASES}, .data = state->scale},
        {.type = VP_ARRAY_I64, .rank = 2, .shape = {VP_PHASES, 5}, .data = state->scale_counters}};
    *name = names[i];
    return arrays[i];
}

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u; /* 2^64 over the golden ratio, odd: no bit of the word is lost */
    return hash ^ hash >> 32;
}

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t bytes) {
    const unsigned char *from = data;
    for (; bytes >= 8; from += 8, bytes -= 8) {
        uint64_t word;
        memcpy(&word, from, sizeof word);
        hash = mix(hash, word);
    }
    uint64_t rest = 0;
    if (bytes) memcpy(&rest, from, bytes);
    return mix(mix(hash, rest), bytes);
}

uint64_t vp_checkpoint_hash(const char *name, const void *data, size_t bytes) {
    return hash_bytes(hash_bytes(0, name, strlen(name)), data, bytes);
}
