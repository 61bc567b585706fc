/* What the probes of an evaluation add: batches out of kept features, and their losses. */
#include "bench/cases.h"
#include "vkpcl/ops/bce.h"
#include "vkpcl/ops/cosine_embedding.h"
#include "vkpcl/ops/cross_entropy.h"
#include "vkpcl/ops/gather.h"

/* A batch of n rows out of twice as many. */
struct vp_tensor *vp_bench_gather(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_shape all = vp_shape2(2 * z->n, z->h * z->w * z->c);
    struct vp_tensor *index, *x = vp_bench_input(build, "features", all, VP_BENCH_CONSTANT);
    uint32_t *words = vp_bench_words(build, "index", vp_shape1(z->n), VP_U32, &index);
    for (uint32_t i = 0; i < z->n; i++) words[i] = i * 2;
    vp_tape_keep(build->tape, vp_gather(build->tape, x, index));
    vp_shape_text(vp_shape2(z->n, z->h * z->w * z->c), build->shape);
    return NULL;
}

static struct vp_tensor *logits(struct vp_bench_build *build, const struct vp_bench_case *z,
                                struct vp_tensor **target) {
    struct vp_shape shape = vp_shape2(z->n, z->size);
    *target = vp_bench_input(build, "target", shape, VP_BENCH_CONSTANT);
    vp_shape_text(shape, build->shape);
    return vp_bench_input(build, "logits", shape, VP_BENCH_ACTIVATION);
}

struct vp_tensor *vp_bench_cross_entropy(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *target, *x = logits(build, z, &target);
    return vp_cross_entropy(build->tape, x, target);
}

struct vp_tensor *vp_bench_bce(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *target, *x = logits(build, z, &target);
    return vp_bce(build->tape, x, target);
}

struct vp_tensor *vp_bench_cosine_embedding(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_shape shape = vp_shape2(z->n, z->c);
    struct vp_tensor *a = vp_bench_input(build, "a", shape, VP_BENCH_ACTIVATION);
    struct vp_tensor *b = vp_bench_input(build, "b", shape, VP_BENCH_ACTIVATION);
    struct vp_tensor *sign = vp_bench_input(build, "sign", vp_shape1(z->n), VP_BENCH_CONSTANT);
    vp_shape_text(shape, build->shape);
    return vp_cosine_embedding(build->tape, a, b, sign, &(struct vp_cosine_embedding_desc){0});
}
