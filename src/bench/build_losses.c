/* The losses. */
#include "bench/cases.h"
#include "vkpcl/ops/infonce.h"
#include "vkpcl/ops/mae.h"
#include "vkpcl/ops/orthogonality.h"

struct vp_tensor *vp_bench_mae(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_shape decodes = vp_shape4(z->n, z->h, z->w, z->c), images = vp_shape4(z->n / 2, z->h, z->w, z->c);
    struct vp_tensor *prediction = vp_bench_input(build, "decodes", decodes, VP_BENCH_ACTIVATION);
    struct vp_tensor *target = vp_bench_input(build, "images", images, VP_BENCH_CONSTANT);
    vp_shape_text(decodes, build->shape);
    return vp_mae(build->tape, prediction, target,
                  &(struct vp_mae_desc){.images = z->n / 4, .blocks = 4, .target_of = {1, 0, 0, 1}});
}

struct vp_tensor *vp_bench_orthogonality(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_shape shape = vp_shape2(z->n, z->h * z->w * z->c);
    struct vp_tensor *face = vp_bench_input(build, "face", shape, VP_BENCH_ACTIVATION);
    struct vp_tensor *pose = vp_bench_input(build, "pose", shape, VP_BENCH_ACTIVATION);
    vp_shape_text(shape, build->shape);
    return vp_orthogonality(build->tape, face, pose, &(struct vp_orthogonality_desc){.groups = 2});
}

/* kind 0: face, n views; 1: pose, h samples with w negatives each. */
struct vp_tensor *vp_bench_infonce(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tape *tape = build->tape;
    struct vp_tensor *temperature =
        vp_tape_external(tape, "temperature", vp_shape1(1), VP_F32, build->temperature, NULL);
    int64_t slots = z->kind ? z->w : z->n - 2;
    struct vp_tensor *perm;
    uint32_t *order = vp_bench_words(build, "perm", vp_shape1(slots), VP_U32, &perm);
    for (int64_t i = 0; i < slots; i++) order[i] = (uint32_t)(slots - 1 - i);
    struct vp_tensor *mix = vp_bench_input(build, "mix", vp_shape2(z->kind ? z->h : z->n, slots), VP_BENCH_CONSTANT);
    int64_t anchors = z->kind ? 2 * z->h : z->n;
    struct vp_tensor *feature = vp_bench_input(build, "anchors", vp_shape2(anchors, z->c), VP_BENCH_ACTIVATION);
    snprintf(build->shape, 96, "%lld anchors, %lld negatives, %lld", (long long)anchors, (long long)slots,
             (long long)z->c);
    if (!z->kind) return vp_infonce_face(tape, feature, mix, perm, temperature).loss;
    struct vp_tensor *negatives = vp_bench_input(build, "negatives", vp_shape2(z->h * z->w, z->c), VP_BENCH_ACTIVATION);
    return vp_infonce_pose(tape, feature, negatives, mix, perm, temperature, VP_INFONCE_OWN).loss;
}
