/* random: tensors filled on the device with numbers of vkpcl/rng.h, equal to the host's in every bit. No gradient.
 *
 *   normal    y = vp_rng_normal (seed, stream, index)
 *   uniform   y = vp_rng_uniform(seed, stream, index)
 *   beta      y = vp_rng_beta(table, n, seed, stream, index)       m ~ Beta(a, a) by n + 1 tabled quantiles
 *   index     base + the element's place in channels-first order: for y (n, h, w, c), ((n*C + c)*H + h)*W + w; for
 * other ranks memory order
 *
 * seed, stream and a part of the base come from six words of a u32 step tensor, so a recorded program draws new numbers
 * every time the host uploads new words. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
#ifndef VKPCL_OPS_RANDOM_H
#define VKPCL_OPS_RANDOM_H
#include "vkpcl/tape.h"

/* The words of one stream in a step tensor: seed, stream (vp_rng_stream) and index base, low word first each. */
enum { VP_RANDOM_STEP_WORDS = 6 };
void vp_random_step(uint64_t seed, uint64_t stream, uint64_t base, uint32_t words[VP_RANDOM_STEP_WORDS]);

struct vp_random_desc {
    struct vp_tensor *step; /* (words) u32; the six words begin at step_word */
    uint32_t step_word;
    uint64_t base; /* added to the base in the words: for cutting one stream into fixed parts */
};

/* A new transient f32 tensor of this shape; vp_tape_keep pins it. One image (row of dimension 0) of a shape of rank 4
 * must fit a binding of the device. */
struct vp_tensor *vp_random_normal(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                   const struct vp_random_desc *desc);
struct vp_tensor *vp_random_uniform(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                    const struct vp_random_desc *desc);
/* table (n + 1) f32 from vp_rng_beta_table. */
struct vp_tensor *vp_random_beta(struct vp_tape *tape, const char *name, struct vp_shape shape, struct vp_tensor *table,
                                 const struct vp_random_desc *desc);

/* References: the same bits from the host's generator. table may be NULL unless a Beta is wanted. */
enum vp_random_kind { VP_RANDOM_NORMAL, VP_RANDOM_UNIFORM, VP_RANDOM_BETA };
void vp_random_ref(enum vp_random_kind kind, struct vp_shape shape, uint64_t seed, uint64_t stream, uint64_t base,
                   const float *table, int table_steps, float *y);

#endif
