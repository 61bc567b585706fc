/* Drawing lots for synthetic faces, and what its files share. */
#ifndef VKPCL_DATA_SYNTH_DRAW_H
#define VKPCL_DATA_SYNTH_DRAW_H
#include "vkpcl/rng.h"
#include <stdbool.h>

/* What an identity's numbers are for: four streams of VP_RNG_SYNTH each. shaders/synth/synth_finish.comp draws the
 * noise. */
enum vp_synth_use { VP_SYNTH_PERSON, VP_SYNTH_SHOT, VP_SYNTH_NOISE, VP_SYNTH_PAIRS };

static inline uint64_t vp_synth_stream(enum vp_synth_use use, uint32_t identity) {
    return vp_rng_stream(VP_RNG_SYNTH, identity * 4 + (uint32_t)use);
}

/* Numbers in a fixed order, 256 to a person or shot; one put in the middle makes other people. */
struct vp_lots {
    uint64_t seed, stream, index;
};

static inline struct vp_lots vp_lots(uint64_t seed, enum vp_synth_use use, uint32_t identity, uint32_t number) {
    return (struct vp_lots){seed, vp_synth_stream(use, identity), (uint64_t)number * 256};
}
static inline float vp_lot(struct vp_lots *lots, float low, float high) {
    return low + (high - low) * vp_rng_uniform(lots->seed, lots->stream, lots->index++);
}
/* Bell-shaped: deviation 0.5, never beyond 1.5 (three uniform numbers). */
static inline float vp_lot_bell(struct vp_lots *lots) {
    float sum = vp_lot(lots, -0.5f, 0.5f);
    sum += vp_lot(lots, -0.5f, 0.5f);
    return sum + vp_lot(lots, -0.5f, 0.5f);
}
static inline bool vp_lot_chance(struct vp_lots *lots, float probability) {
    return vp_lot(lots, 0, 1) < probability;
}
static inline int vp_lot_below(struct vp_lots *lots, int bound) {
    return (int)vp_rng_below(lots->seed, lots->stream, lots->index++, (uint32_t)bound);
}
static inline float vp_mix(float a, float b, float share) {
    return a + (b - a) * share;
}

#endif
