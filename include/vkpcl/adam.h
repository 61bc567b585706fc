/* The host's half of Adam: how often each parameter was stepped, and the words the device reads before a step.
 *
 *     vp_adam_init(&adam, params, count, &settings);       once; steps are 0
 *     vp_adam_chunks(&adam, chunks);                       once, uploaded
 *     vp_adam_begin(&adam, &phase, words);                 before each phase; words are uploaded; counts the step
 *
 * A parameter that has no gradient in a phase is left alone (today's PyTorch) or, with update_unused, gets a zero
 * gradient so that momentum and decay act on it (PyTorch 1.7). State to save: adam.steps, one number per parameter. The
 * device's half is vp_adam_step (vkpcl/ops/adam.h).
 */
#ifndef VKPCL_ADAM_H
#define VKPCL_ADAM_H
#include <stdbool.h>
#include <stdint.h>

/* Where a parameter lies in the contiguous buffers, in elements. offset is a multiple of 64. */
struct vp_adam_param {
    uint64_t offset, count;
    bool trainable; /* false: running statistics and frozen weights, never touched */
};

struct vp_adam {
    int parameters;
    struct vp_adam_param *param; /* (parameters) */
    uint64_t *steps;             /* (parameters) */
    double beta1, beta2;
};

/* Copies params. Their order by rising offset, without overlap, is the caller's duty. */
void vp_adam_init(struct vp_adam *adam, const struct vp_adam_param *params, int count, double beta1, double beta2);
void vp_adam_fini(struct vp_adam *adam);

/* Elements of each of the four buffers: the end of the last parameter, rounded up to a multiple of 64. */
uint64_t vp_adam_elements(const struct vp_adam *adam);
/* chunks[i]: the parameter that elements 64i..64i+63 belong to; vp_adam_elements / 64 words. */
void vp_adam_chunks(const struct vp_adam *adam, uint32_t *chunks);

struct vp_adam_phase {
    double lr;
    const bool *has_gradient; /* (parameters): written by this phase's backward */
    bool update_unused;       /* parameters without gradient take part with a zero one */
    double inv_scale;         /* 1 / loss scale; 1 without loss scaling */
    double clip;              /* largest global gradient norm; 0 none */
    double decoupled_decay;   /* AdamW: every parameter that takes part is first multiplied by 1 - lr * this; 0 none */
    bool skip_nonfinite;      /* change nothing when a gradient holds a NaN or an infinity */
};
int vp_adam_words(const struct vp_adam *adam); /* length of `words` */
/* Counts a step for every parameter that takes part and fills the step buffer. */
void vp_adam_begin(struct vp_adam *adam, const struct vp_adam_phase *phase, uint32_t *words);
/* Takes back the counts of a step that the device skipped (its report showed non-finite gradients). */
void vp_adam_skipped(struct vp_adam *adam, const struct vp_adam_phase *phase);

#endif
