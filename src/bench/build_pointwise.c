/* Cases that move memory: a few operations for every element read. */
#include "bench/cases.h"
#include "vkpcl/ops/act.h"
#include "vkpcl/ops/add.h"
#include "vkpcl/ops/add_blocks.h"
#include "vkpcl/ops/batch_norm.h"
#include "vkpcl/ops/flatten.h"
#include "vkpcl/ops/l2_normalize.h"
#include "vkpcl/ops/mul_add.h"
#include "vkpcl/ops/softmax.h"
#include "vkpcl/ops/upsample.h"

static struct vp_tensor *image(struct vp_bench_build *build, const char *name, const struct vp_bench_case *z) {
    struct vp_shape shape = vp_shape4(z->n, z->h, z->w, z->c);
    vp_shape_text(shape, build->shape);
    return vp_bench_input(build, name, shape, VP_BENCH_ACTIVATION);
}

/* Features: what a branch of the encoder gives, flattened. */
static struct vp_tensor *feature(struct vp_bench_build *build, const char *name, const struct vp_bench_case *z) {
    struct vp_shape shape = vp_shape2(z->n, z->h * z->w * z->c);
    vp_shape_text(shape, build->shape);
    return vp_bench_input(build, name, shape, VP_BENCH_ACTIVATION);
}

struct vp_tensor *vp_bench_act(struct vp_bench_build *build, const struct vp_bench_case *z) {
    return vp_act(build->tape, image(build, "x", z), &(struct vp_act_desc){VP_ACT_TANH, 0});
}

struct vp_tensor *vp_bench_add(struct vp_bench_build *build, const struct vp_bench_case *z) {
    return vp_add(build->tape, image(build, "a", z), image(build, "b", z), 0.1f);
}

struct vp_tensor *vp_bench_mul_add(struct vp_bench_build *build, const struct vp_bench_case *z) {
    vp_tape_keep(build->tape, vp_mul_add(build->tape, image(build, "a", z), image(build, "b", z), 0.4f));
    return NULL;
}

struct vp_tensor *vp_bench_upsample(struct vp_bench_build *build, const struct vp_bench_case *z) {
    return vp_upsample(build->tape, image(build, "x", z), 0.0f);
}

struct vp_tensor *vp_bench_batch_norm(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *x = z->h > 1 ? image(build, "x", z) : feature(build, "x", z);
    struct vp_shape one = vp_shape1(z->c);
    struct vp_tensor *gamma = vp_bench_input(build, "gamma", one, VP_BENCH_WEIGHT);
    struct vp_tensor *beta = vp_bench_input(build, "beta", one, VP_BENCH_WEIGHT);
    struct vp_tensor *mean = vp_bench_input(build, "mean", one, VP_BENCH_CONSTANT);
    struct vp_tensor *var = vp_bench_input(build, "var", one, VP_BENCH_CONSTANT);
    return vp_batch_norm(build->tape, x, gamma, beta, mean, var,
                         &(struct vp_batch_norm_desc){.groups = z->kind, .eps = 1e-5f, .momentum = 0.1f});
}

/* kind 1: over the positions of a map; 0: over its channels. */
struct vp_tensor *vp_bench_softmax(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_shape shape = vp_shape3(z->n, z->h * z->w, z->c);
    vp_shape_text(shape, build->shape);
    return vp_softmax(build->tape, vp_bench_input(build, "x", shape, VP_BENCH_ACTIVATION),
                      &(struct vp_softmax_desc){z->kind ? VP_SOFTMAX_ROWS : VP_SOFTMAX_COLUMNS});
}

struct vp_tensor *vp_bench_l2_normalize(struct vp_bench_build *build, const struct vp_bench_case *z) {
    return vp_l2_normalize(build->tape, feature(build, "x", z));
}

struct vp_tensor *vp_bench_flatten(struct vp_bench_build *build, const struct vp_bench_case *z) {
    return vp_flatten(build->tape, image(build, "x", z));
}

/* The four pairings of two faces and two poses. */
struct vp_tensor *vp_bench_add_blocks(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *face = feature(build, "face", z), *pose = feature(build, "pose", z);
    return vp_add_blocks(
        build->tape, face, pose,
        &(struct vp_add_blocks_desc){.rows = z->n / 2, .blocks = 4, .a = {0, 1, 0, 1}, .b = {1, 0, 0, 1}});
}
