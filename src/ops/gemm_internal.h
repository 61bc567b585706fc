/* What gemm.c and gemm_tune.c share: the rows of the table of ways to compute a product. */
#ifndef VKPCL_OPS_GEMM_INTERNAL_H
#define VKPCL_OPS_GEMM_INTERNAL_H
#include "ops/conv_tile.h"
#include "ops/gemm.h"
#include "vkpcl/tune.h"

struct gemm_variant {
    struct vp_conv_tile tile; /* its kernel, or one of several that go together, names the row */
    bool transpose_b;         /* rows on the tile engine: the B they want */
    bool lanes;               /* hands values across lanes: for software devices */
    bool (*fits)(const struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant);
    void (*emit)(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant);
};

/* The question of tuning: the rows that can run, best first. */
void vp_gemm_question(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *table, int count,
                      struct vp_question *question, const struct gemm_variant **fit);

#endif
