/* Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011), bit-identical to shaders/common/rng.glsl.
 *
 * A draw is a pure function of (seed, stream, index): no state, so it neither depends on threads nor needs saving.
 *   key     = (seed low, seed high)
 *   counter = (index low, index high, stream low, stream high)
 * `stream` says what the numbers are for (enum vp_rng_stream in the high word, an epoch or step in the low word).
 * Floats use only exactly rounded operations (no library log/cos), so host and device agree in every bit.
 */
#ifndef VKPCL_RNG_H
#define VKPCL_RNG_H
#include <stdint.h>

/* What a stream of numbers is used for: the high word of `stream`. Never renumber: runs must stay reproducible. */
enum vp_rng_stream {
    VP_RNG_INIT = 1,        /* initial weights */
    VP_RNG_ORDER = 2,       /* order of samples in an epoch */
    VP_RNG_FRAME = 3,       /* which frame of an identity */
    VP_RNG_NOISE = 4,       /* encoder input noise of the recon phase */
    VP_RNG_AUGMENT = 5,     /* augmentation parameters */
    VP_RNG_MIX = 6,         /* interpolation factors m ~ Beta(1.6, 1.6) */
    VP_RNG_PERMUTATION = 7, /* permutations of negative slots */
    VP_RNG_SYNTH = 8,       /* synthetic faces: identities, shots, sensor noise */
    VP_RNG_PROBE = 9,       /* evaluation: initial weights and order of probes */
    VP_RNG_FOLDS = 10,      /* evaluation: folds and bootstrap samples */
    VP_RNG_TEST = 100
};

/* (stream high, stream low) in one number. */
static inline uint64_t vp_rng_stream(enum vp_rng_stream use, uint32_t step) {
    return ((uint64_t)use << 32) | step;
}

/* Four 32-bit words for (seed, stream, index). */
void vp_philox(uint64_t seed, uint64_t stream, uint64_t index, uint32_t out[4]);

/* Uniform in [0,1): the top 24 bits / 2^24; value number `index` of the stream (word index % 4 of block index / 4). */
float vp_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* Standard normal: value number `index` of the stream. Box-Muller on the words (2i, 2i+1) of the stream, with log,
 * sqrt, sin and cos built from exactly rounded operations; absolute error of the transform below 1e-6. */
float vp_rng_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* Uniform integer in [0, bound), bound > 0, without modulo bias worth naming (64-bit multiply-shift). */
uint32_t vp_rng_below(uint64_t seed, uint64_t stream, uint64_t index, uint32_t bound);

/* A uniformly random permutation of 0..count-1 (Fisher-Yates, draws index_base .. index_base + count - 1). */
void vp_rng_permutation(uint64_t seed, uint64_t stream, uint64_t index_base, uint32_t count, uint32_t *out);

/* Quantiles of Beta(a, a) at (0, 1/n, ..., 1), n + 1 values, for inverse-transform sampling by linear interpolation
 * (vp_rng_beta here, rng_beta in GLSL). Computed in double, a > 0. */
void vp_rng_beta_table(double a, int n, float *table);
float vp_rng_beta(const float *table, int n, uint64_t seed, uint64_t stream, uint64_t index);

#endif
