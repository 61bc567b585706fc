#include "vkpcl/ops/mae.h"
#include "mae/mae_args.h"
#include "vkpcl/status.h"

enum { PART = 4096 }; /* values of an image that one workgroup walks over */

static struct mae_args arguments(const struct vp_mae_desc *desc, const struct vp_tensor *prediction) {
    int64_t image = vp_shape_count(prediction->shape) / prediction->shape.dim[0];
    struct mae_args args = {
        .image = (uint32_t)image, .images = (uint32_t)desc->images, .parts = vp_div_up((uint64_t)image, PART)};
    for (int j = 0; j < desc->blocks; j++) args.target_of[j] = (uint32_t)desc->target_of[j];
    return args;
}

static void mae_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_tensor *prediction = node->in[0], *target = node->in[1];
    struct vp_bind dloss = vp_grad_in(tape, node->out[0]);
    if (!dloss.slot || !prediction->needs_grad) return;
    bool accumulate;
    struct vp_bind dprediction = vp_grad(tape, prediction, &accumulate);
    struct mae_args args = arguments(node->attributes, prediction);
    args.accumulate = accumulate;
    uint64_t row_bytes = (uint64_t)args.image * sizeof(float);
    for (int64_t first = 0, n; (n = vp_piece(tape, prediction->shape.dim[0], first, &row_bytes, 1)) > 0; first += n) {
        args.first_image = (uint32_t)first;
        args.count = (uint32_t)n;
        struct vp_launch launch = {.kernel = "mae_bwd",
                                   .bind = {vp_bind_rows(vp_value(prediction), row_bytes, first, n), vp_value(target),
                                            dloss, vp_bind_rows(dprediction, row_bytes, first, n)},
                                   VP_PUSH(args),
                                   .flops = 3.0 * (double)n * args.image,
                                   .bytes = 12.0 * (double)n * args.image,
                                   .label = "mae bwd"};
        vp_groups_flat((uint64_t)n * args.parts, 1, launch.groups);
        vp_emit(tape, &launch);
    }
}

struct vp_tensor *vp_mae(struct vp_tape *tape, struct vp_tensor *prediction, struct vp_tensor *target,
                         const struct vp_mae_desc *desc) {
    int64_t all = prediction->shape.dim[0];
    struct mae_args args = arguments(desc, prediction);
    uint64_t row_bytes = (uint64_t)args.image * sizeof(float);
    vp_assert(desc->blocks >= 1 && desc->blocks <= VP_MAE_BLOCKS, "%d blocks", desc->blocks);
    vp_assert(all == desc->blocks * desc->images, "%s has %lld images, %d blocks of %lld", prediction->name,
              (long long)all, desc->blocks, (long long)desc->images);
    vp_assert(vp_shape_count(target->shape) == target->shape.dim[0] * args.image, "images of %u and %lld values",
              args.image, (long long)(vp_shape_count(target->shape) / target->shape.dim[0]));
    vp_assert((uint64_t)target->shape.dim[0] * row_bytes <= vp_tape_caps(tape)->max_binding_bytes,
              "%s exceeds a binding", target->name);
    for (int j = 0; j < desc->blocks; j++)
        vp_assert(desc->target_of[j] >= 0 && (desc->target_of[j] + 1) * desc->images <= target->shape.dim[0],
                  "target %d of block %d, %s has %lld images", desc->target_of[j], j, target->name,
                  (long long)target->shape.dim[0]);

    struct vp_tensor *loss = vp_tape_output(tape, "mae", vp_shape1(desc->blocks), prediction->needs_grad);
    struct vp_slot *partials = vp_tape_scratch(tape, "mae.partials", (uint64_t)all * args.parts * sizeof(float));
    for (int64_t first = 0, n; (n = vp_piece(tape, all, first, &row_bytes, 1)) > 0; first += n) {
        args.first_image = (uint32_t)first;
        args.count = (uint32_t)n;
        struct vp_launch sums = {
            .kernel = "mae_sums",
            .bind = {vp_bind_rows(vp_value(prediction), row_bytes, first, n), vp_value(target), vp_bind_slot(partials)},
            VP_PUSH(args),
            .flops = 3.0 * (double)n * args.image,
            .bytes = 8.0 * (double)n * args.image,
            .label = "mae sums"};
        vp_groups_flat((uint64_t)n * args.parts, 1, sums.groups);
        vp_emit(tape, &sums);
    }
    vp_emit(tape, &(struct vp_launch){.kernel = "mae_finish",
                                      .bind = {vp_bind_slot(partials), vp_value(loss)},
                                      VP_PUSH(args),
                                      .groups = {(uint32_t)desc->blocks},
                                      .bytes = (double)partials->bytes,
                                      .label = "mae finish"});

    struct vp_node *node = vp_tape_push(tape, "mae", mae_backward);
    struct vp_mae_desc *kept = vp_arena_new(vp_tape_arena(tape), struct vp_mae_desc);
    *kept = *desc;
    node->in[0] = prediction;
    node->in[1] = target;
    node->out[0] = loss;
    node->attributes = kept;
    return loss;
}
