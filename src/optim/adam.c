#include "vkpcl/adam.h"
#include "adam/adam_table.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void vp_adam_init(struct vp_adam *adam, const struct vp_adam_param *params, int count, double beta1, double beta2) {
    *adam = (struct vp_adam){.parameters = count, .beta1 = beta1, .beta2 = beta2};
    adam->param = malloc(sizeof *adam->param * (size_t)count);
    adam->steps = calloc((size_t)count, sizeof *adam->steps);
    vp_assert(count > 0 && adam->param && adam->steps, "Adam over %d parameters", count);
    memcpy(adam->param, params, sizeof *params * (size_t)count);
    uint64_t end = 0;
    for (int i = 0; i < count; i++) {
        vp_assert(params[i].offset % ADAM_CHUNK == 0 && params[i].offset >= end,
                  "parameter %d starts at element %llu, the one before it ends at %llu", i,
                  (unsigned long long)params[i].offset, (unsigned long long)end);
        end = params[i].offset + params[i].count;
    }
    vp_assert(end <= UINT32_MAX - ADAM_CHUNK, "%llu elements exceed 32-bit counting", (unsigned long long)end);
}

void vp_adam_fini(struct vp_adam *adam) {
    free(adam->param);
    free(adam->steps);
    *adam = (struct vp_adam){0};
}

uint64_t vp_adam_elements(const struct vp_adam *adam) {
    const struct vp_adam_param *last = &adam->param[adam->parameters - 1];
    return (last->offset + last->count + ADAM_CHUNK - 1) / ADAM_CHUNK * ADAM_CHUNK;
}

void vp_adam_chunks(const struct vp_adam *adam, uint32_t *chunks) {
    uint64_t count = vp_adam_elements(adam) / ADAM_CHUNK;
    uint32_t k = 0;
    for (uint64_t i = 0; i < count; i++) {
        while (k + 1 < (uint32_t)adam->parameters && adam->param[k + 1].offset <= i * ADAM_CHUNK) k++;
        chunks[i] = k;
    }
}

int vp_adam_words(const struct vp_adam *adam) {
    return ADAM_STEP_HEADER + adam->parameters * ADAM_ROW_WORDS;
}

static uint32_t bits(double value) {
    float narrow = (float)value;
    uint32_t word;
    memcpy(&word, &narrow, sizeof word);
    return word;
}

static bool takes_part(const struct vp_adam *adam, const struct vp_adam_phase *phase, int i) {
    return adam->param[i].trainable && (phase->has_gradient[i] || phase->update_unused);
}

void vp_adam_begin(struct vp_adam *adam, const struct vp_adam_phase *phase, uint32_t *words) {
    memset(words, 0, sizeof *words * (size_t)vp_adam_words(adam));
    words[ADAM_STEP_INV_SCALE] = bits(phase->inv_scale);
    words[ADAM_STEP_CLIP] = bits(phase->clip);
    words[ADAM_STEP_SKIP] = phase->skip_nonfinite;
    words[ADAM_STEP_KEEP] = bits(1 - phase->lr * phase->decoupled_decay);
    for (int i = 0; i < adam->parameters; i++) {
        uint32_t *row = words + ADAM_STEP_HEADER + i * ADAM_ROW_WORDS;
        row[ADAM_ROW_END] = (uint32_t)(adam->param[i].offset + adam->param[i].count);
        if (!takes_part(adam, phase, i)) continue;
        double t = (double)++adam->steps[i];
        row[ADAM_ROW_STEP_SIZE] = bits(phase->lr / (1 - pow(adam->beta1, t)));
        row[ADAM_ROW_INV_SQRT_BIAS2] = bits(1 / sqrt(1 - pow(adam->beta2, t)));
        row[ADAM_ROW_FLAGS] = ADAM_ACTIVE | (phase->has_gradient[i] ? ADAM_HAS_GRADIENT : 0);
    }
}

void vp_adam_skipped(struct vp_adam *adam, const struct vp_adam_phase *phase) {
    for (int i = 0; i < adam->parameters; i++) {
        if (!takes_part(adam, phase, i)) continue;
        vp_assert(adam->steps[i] > 0, "parameter %d was never stepped", i);
        adam->steps[i]--;
    }
}
