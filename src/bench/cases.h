/* The cases of `bench ops`: one op at one of the network's shapes. */
#ifndef VKPCL_BENCH_CASES_H
#define VKPCL_BENCH_CASES_H
#include "vkpcl/bench.h"
#include "vkpcl/model.h"

enum { VP_BENCH_INPUTS = 8 };

/* What a case is built into: its tape, and what the host uploads before the runs. */
struct vp_bench_build {
    struct vp_tape *tape;
    enum vp_bench_pass pass;
    struct {
        struct vp_tensor *tensor;
        const void *data; /* in the tape's arena */
    } inputs[VP_BENCH_INPUTS];
    int count;
    struct vp_range *temperature; /* of the contrastive losses: one float */
    char *shape;                  /* the row's, 96 bytes */
};

/* Which gradients an input has: in backward-data those of activations, in backward-filter those of weights, in "bwd"
 * both, in forward none. */
enum vp_bench_role { VP_BENCH_ACTIVATION, VP_BENCH_WEIGHT, VP_BENCH_CONSTANT };
struct vp_tensor *vp_bench_input(struct vp_bench_build *build, const char *name, struct vp_shape shape,
                                 enum vp_bench_role role);
/* An input of words; returns them, zeroed, to be filled. */
uint32_t *vp_bench_words(struct vp_bench_build *build, const char *name, struct vp_shape shape, enum vp_dtype dtype,
                         struct vp_tensor **tensor);

struct vp_bench_case {
    const char *op, *layer;
    /* Emits the forward and returns the output; NULL when there is nothing to differentiate. */
    struct vp_tensor *(*build)(struct vp_bench_build *build, const struct vp_bench_case *z);
    unsigned passes; /* bit by enum vp_bench_pass */
    int64_t n, h, w, c, k;
    int size, stride; /* of a filter; size: classes of a probe */
    int kind;         /* the builder's own */
};

#define VP_BENCH_BIT(pass) (1u << (pass))

/* All cases of a configuration, in ops.def's order; the caller frees. */
struct vp_bench_case *vp_bench_cases(const struct vp_config *config, int *count);

/* build_products.c: what has separate passes for data and filter. build_losses.c, build_inputs.c, build_pointwise.c:
 * the rest of a step; build_probes.c: what evaluations add. */
struct vp_tensor *vp_bench_conv2d(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_linear(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_matmul(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_random(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_augment(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_adam(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_act(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_add(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_mul_add(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_upsample(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_batch_norm(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_softmax(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_l2_normalize(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_flatten(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_add_blocks(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_mae(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_orthogonality(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_infonce(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_gather(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_cross_entropy(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_bce(struct vp_bench_build *build, const struct vp_bench_case *z);
struct vp_tensor *vp_bench_cosine_embedding(struct vp_bench_build *build, const struct vp_bench_case *z);

#endif
