/* Cases with a filter or weights: convolutions, linear layers, products of matrices. */
#include "bench/cases.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/ops/linear.h"
#include "vkpcl/ops/matmul.h"

/* Without bias and activation: those have rows of their own in the network's profile, and the passes stay one kernel.
 */
struct vp_tensor *vp_bench_conv2d(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *x = vp_bench_input(build, "x", vp_shape4(z->n, z->h, z->w, z->c), VP_BENCH_ACTIVATION);
    struct vp_tensor *w = vp_bench_input(build, "w", vp_shape4(z->k, z->size, z->size, z->c), VP_BENCH_WEIGHT);
    snprintf(build->shape, 96, "n%lld %lldx%lld c%lld k%lld %dx%d s%d", (long long)z->n, (long long)z->h,
             (long long)z->w, (long long)z->c, (long long)z->k, z->size, z->size, z->stride);
    return vp_conv2d(build->tape, x, w, NULL, &(struct vp_conv2d_desc){z->stride, z->size / 2, 1.0f});
}

struct vp_tensor *vp_bench_linear(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *x = vp_bench_input(build, "x", vp_shape2(z->n, z->c), VP_BENCH_ACTIVATION);
    struct vp_tensor *w = vp_bench_input(build, "w", vp_shape2(z->k, z->c), VP_BENCH_WEIGHT);
    snprintf(build->shape, 96, "n%lld c%lld k%lld", (long long)z->n, (long long)z->c, (long long)z->k);
    return vp_linear(build->tape, x, w, NULL, &(struct vp_linear_desc){1.0f});
}

/* kind 1: scores, phi^T theta over the positions; 0: mix, g S^T. */
struct vp_tensor *vp_bench_matmul(struct vp_bench_build *build, const struct vp_bench_case *z) {
    int64_t positions = z->h * z->w;
    struct vp_shape maps = vp_shape3(z->n, positions, z->c);
    struct vp_tensor *a = vp_bench_input(build, "a", maps, VP_BENCH_ACTIVATION);
    struct vp_tensor *b = vp_bench_input(build, "b", z->kind ? maps : vp_shape3(z->n, z->c, z->c), VP_BENCH_ACTIVATION);
    const struct vp_matmul_desc desc = {.transpose_a = z->kind == 1, .transpose_b = z->kind == 0};
    snprintf(build->shape, 96, z->kind ? "n%lld (%lldx%lld)^T (%lldx%lld)" : "n%lld (%lldx%lld) (%lldx%lld)^T",
             (long long)z->n, (long long)positions, (long long)z->c, (long long)(z->kind ? positions : z->c),
             (long long)z->c);
    return vp_matmul(build->tape, a, b, &desc);
}
