/* Adam in double, element by element. */
#include "vkpcl/ops/adam.h"
#include <math.h>
#include <string.h>

static double number(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static uint32_t word(double value) {
    float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

static void scan(const struct vp_adam_desc *desc, int64_t count, const uint32_t *chunks, const uint32_t *step,
                 const double *g, uint32_t *report, double *factor) {
    double sum = 0, inv_scale = number(step[ADAM_STEP_INV_SCALE]), clip = number(step[ADAM_STEP_CLIP]);
    memset(report, 0, sizeof *report * (size_t)(ADAM_REPORT_HEADER + desc->parameters));
    report[ADAM_REPORT_FIRST] = ADAM_NONE;
    for (int64_t i = 0; i < count; i++) {
        uint32_t k = chunks[i / ADAM_CHUNK];
        const uint32_t *row = step + ADAM_STEP_HEADER + k * ADAM_ROW_WORDS;
        if (i >= row[ADAM_ROW_END] || row[ADAM_ROW_FLAGS] != (ADAM_ACTIVE | ADAM_HAS_GRADIENT)) continue;
        sum += g[i] * g[i];
        if (isfinite(g[i])) continue;
        report[ADAM_REPORT_HEADER + k]++;
        report[ADAM_REPORT_COUNT]++;
        if (k < report[ADAM_REPORT_FIRST]) report[ADAM_REPORT_FIRST] = k;
    }
    double norm = inv_scale * sqrt(sum);
    *factor = clip > 0 && norm > clip ? inv_scale * clip / norm : inv_scale;
    report[ADAM_REPORT_NORM] = word(norm);
    report[ADAM_REPORT_FACTOR] = word(*factor);
}

void vp_adam_step_ref(const struct vp_adam_desc *desc, int64_t count, const uint32_t *chunks, const uint32_t *step,
                      const double *g, double *p, double *m, double *v, uint32_t *report) {
    double factor;
    scan(desc, count, chunks, step, g, report, &factor);
    if (step[ADAM_STEP_SKIP] && report[ADAM_REPORT_COUNT]) return;
    for (int64_t i = 0; i < count; i++) {
        const uint32_t *row = step + ADAM_STEP_HEADER + chunks[i / ADAM_CHUNK] * ADAM_ROW_WORDS;
        if (i >= row[ADAM_ROW_END] || !(row[ADAM_ROW_FLAGS] & ADAM_ACTIVE)) continue;
        double gradient = row[ADAM_ROW_FLAGS] & ADAM_HAS_GRADIENT ? g[i] * factor : 0;
        gradient += desc->weight_decay * p[i];
        m[i] = desc->beta1 * m[i] + (1 - desc->beta1) * gradient;
        v[i] = desc->beta2 * v[i] + (1 - desc->beta2) * gradient * gradient;
        double root = sqrt(v[i]) * number(row[ADAM_ROW_INV_SQRT_BIAS2]);
        p[i] = number(step[ADAM_STEP_KEEP]) * p[i] - number(row[ADAM_ROW_STEP_SIZE]) * m[i] / (root + desc->eps);
    }
}
