/* A probe: its parameters, the recorded step, the recorded prediction. */
#ifndef VKPCL_PROBE_INTERNAL_H
#define VKPCL_PROBE_INTERNAL_H
#include "vkpcl/adam.h"
#include "vkpcl/params.h"
#include "vkpcl/probe.h"

enum { VP_PREDICT_ROWS = 256 };

struct vp_probe {
    struct vp_probe_desc desc;
    const struct vp_probe_data *data;
    int64_t steps; /* of an epoch */
    int epoch;     /* the next one */
    struct vp_params *params;
    struct vp_adam adam;
    bool *has_gradient;

    /* The step's words: numbers of the feature rows, of the target rows, the loss's gradient (1), Adam's words. */
    uint32_t *words;
    int64_t target_word, seed_word, adam_word, word_count;
    struct vp_range step, feature_index, target_index, seed, adam_words, chunks;

    struct vp_tape *train, *predict;
    struct vp_tape_memory memory;
    struct vp_tensor *loss, *report;          /* of a step */
    struct vp_tensor *predict_index, *output; /* (VP_PREDICT_ROWS), (VP_PREDICT_ROWS, outputs) */
    uint32_t *order;                          /* of an epoch */
};

/* probe_program.c: builds both tapes; vp_probe_create plans and binds them. */
void vp_probe_build(struct vp_probe *probe);

#endif
