/* The Gram matrices are matmul's; here is what happens to them, and the stacking of the pose phase's sets. */
#include "vkpcl/ops/infonce.h"
#include "infonce/infonce_args.h"
#include "vkpcl/ops/matmul.h"
#include "vkpcl/status.h"

enum { GROUP = 64 }; /* local size of the passes that are flat */

static uint64_t logit_count(const struct infonce_args *args) {
    return (uint64_t)args->sets * 2 * args->half_anchors * (args->rows - 1);
}

/* ---- from Gram matrices to the loss --------------------------------------------------------------------------- */

enum { GRAM, MIX, PERM, TEMPERATURE }; /* node->in */
enum { LOSS, LOGITS, ACCURACY };       /* node->out */

static void gram_backward(struct vp_tape *tape, struct vp_node *node) {
    struct infonce_args args = *(const struct infonce_args *)node->attributes;
    struct vp_tensor *gram = node->in[GRAM];
    struct vp_bind dloss = vp_grad_in(tape, node->out[LOSS]), perm = vp_value(node->in[PERM]);
    struct vp_bind mix = vp_value(node->in[MIX]), scores = vp_bind_slot(node->saved[0]);
    if (!dloss.slot || !gram->needs_grad) return;
    uint64_t anchors = (uint64_t)args.sets * 2 * args.half_anchors, logits = logit_count(&args);
    struct vp_bind inverse = vp_bind_slot(vp_tape_scratch(tape, "infonce.inverse", (args.rows - 2) * sizeof(float)));
    struct vp_bind dproduct = vp_bind_slot(vp_tape_scratch(tape, "infonce.dproduct", logits * sizeof(float)));
    struct vp_bind dsquare = vp_bind_slot(vp_tape_scratch(tape, "infonce.dsquare", logits * sizeof(float)));
    struct vp_bind down = vp_bind_slot(vp_tape_scratch(tape, "infonce.down", anchors * sizeof(float)));

    struct vp_launch launch = {
        .kernel = "infonce_inverse", .bind = {perm, inverse}, VP_PUSH(args), .label = "infonce bwd inverse"};
    vp_groups_flat(args.rows - 2, GROUP, launch.groups);
    vp_emit(tape, &launch);

    launch = (struct vp_launch){.kernel = "infonce_cosines_bwd",
                                .bind = {vp_value(gram), mix, perm, vp_value(node->in[TEMPERATURE]),
                                         vp_value(node->out[LOGITS]), scores, dloss, dproduct, dsquare, down},
                                VP_PUSH(args),
                                .flops = 25.0 * (double)logits,
                                .bytes = 32.0 * (double)logits,
                                .label = "infonce bwd cosines"};
    vp_groups_flat(anchors, 1, launch.groups);
    vp_emit(tape, &launch);

    bool accumulate;
    struct vp_bind dgram = vp_grad(tape, gram, &accumulate);
    args.accumulate = accumulate;
    uint64_t entries = (uint64_t)args.sets * args.rows * args.rows;
    launch = (struct vp_launch){.kernel = "infonce_gram_bwd",
                                .bind = {mix, perm, inverse, dproduct, dsquare, down, dgram},
                                VP_PUSH(args),
                                .flops = 60.0 * (double)logits,
                                .bytes = 60.0 * (double)logits,
                                .label = "infonce bwd gram"};
    vp_groups_flat(entries, GROUP, launch.groups);
    vp_emit(tape, &launch);
}

/* sets (sets, n, d), anchors the first 2 * half rows of each. */
static struct vp_infonce from_sets(struct vp_tape *tape, struct vp_tensor *sets, int64_t half, struct vp_tensor *mix,
                                   struct vp_tensor *perm, struct vp_tensor *temperature) {
    int64_t count = sets->shape.dim[0], n = sets->shape.dim[1], anchors = 2 * half, mixes = vp_shape_count(mix->shape);
    vp_assert(n >= 3 && half >= 1, "%lld rows, %lld anchors", (long long)n, (long long)anchors);
    vp_assert(perm->dtype == VP_U32 && vp_shape_count(perm->shape) == n - 2, "%s permutes %lld of %lld slots",
              perm->name, (long long)vp_shape_count(perm->shape), (long long)(n - 2));
    vp_assert(mixes == count * (n - 2) || mixes == count * anchors * (n - 2), "%s holds %lld values", mix->name,
              (long long)mixes);
    vp_assert(vp_shape_count(temperature->shape) == 1, "%s is not one number", temperature->name);
    struct infonce_args *args = vp_arena_new(vp_tape_arena(tape), struct infonce_args);
    *args = (struct infonce_args){.sets = (uint32_t)count,
                                  .rows = (uint32_t)n,
                                  .half_anchors = (uint32_t)half,
                                  .mix_rows = (uint32_t)(mixes / count / (n - 2))};

    struct vp_tensor *gram = vp_matmul(tape, sets, sets, &(struct vp_matmul_desc){.transpose_b = true});
    struct vp_infonce out = {.loss = vp_tape_output(tape, "infonce", vp_shape1(1), gram->needs_grad),
                             .logits = vp_tape_output(tape, "logits", vp_shape2(count * anchors, n - 1), false),
                             .accuracy = vp_tape_output(tape, "accuracy", vp_shape1(1), false)};
    struct vp_slot *scores = vp_tape_scratch(tape, "infonce.scores", 3 * (uint64_t)(count * anchors) * sizeof(float));
    double logits = (double)logit_count(args);
    struct vp_launch launch = {
        .kernel = "infonce_logits",
        .bind = {vp_value(gram), vp_value(mix), vp_value(perm), vp_value(temperature), vp_value(out.logits)},
        VP_PUSH(*args),
        .flops = 20 * logits,
        .bytes = 28 * logits,
        .label = "infonce fwd logits"};
    vp_groups_flat(logit_count(args), GROUP, launch.groups);
    vp_emit(tape, &launch);
    launch = (struct vp_launch){.kernel = "infonce_rows",
                                .bind = {vp_value(out.logits), vp_bind_slot(scores)},
                                VP_PUSH(*args),
                                .flops = 4 * logits,
                                .bytes = 8 * logits,
                                .label = "infonce fwd rows"};
    vp_groups_flat((uint64_t)(count * anchors), 1, launch.groups);
    vp_emit(tape, &launch);
    vp_emit(tape, &(struct vp_launch){.kernel = "infonce_finish",
                                      .bind = {vp_bind_slot(scores), vp_value(out.loss), vp_value(out.accuracy)},
                                      VP_PUSH(*args),
                                      .bytes = 12.0 * (double)(count * anchors),
                                      .label = "infonce fwd finish"});

    struct vp_node *node = vp_tape_push(tape, "infonce", gram_backward);
    struct vp_tensor *in[] = {[GRAM] = gram, [MIX] = mix, [PERM] = perm, [TEMPERATURE] = temperature};
    for (int i = 0; i < 4; i++) node->in[i] = in[i];
    node->out[LOSS] = out.loss;
    node->out[LOGITS] = out.logits;
    node->out[ACCURACY] = out.accuracy;
    node->saved[0] = scores;
    node->attributes = args;
    return out;
}

struct vp_infonce vp_infonce_face(struct vp_tape *tape, struct vp_tensor *f, struct vp_tensor *mix,
                                  struct vp_tensor *perm, struct vp_tensor *temperature) {
    int64_t rows = f->shape.dim[0];
    vp_assert(f->shape.rank == 2 && rows % 2 == 0 && rows >= 4, "%s has %lld rows: two views of at least two images",
              f->name, (long long)rows);
    vp_assert(vp_shape_count(mix->shape) == rows * (rows - 2), "%s holds %lld values for %lld rows", mix->name,
              (long long)vp_shape_count(mix->shape), (long long)rows);
    return from_sets(tape, vp_reshape(tape, f, vp_shape3(1, rows, f->shape.dim[1])), rows / 2, mix, perm, temperature);
}

/* ---- the pose phase's sets ------------------------------------------------------------------------------------ */

static void stack_backward(struct vp_tape *tape, struct vp_node *node) {
    struct infonce_args args = *(const struct infonce_args *)node->attributes;
    struct vp_bind dstacked = vp_grad_in(tape, node->out[0]);
    if (!dstacked.slot) return;
    for (uint32_t part = 0; part < 2; part++) {
        if (!node->in[part]->needs_grad) continue;
        bool accumulate;
        struct vp_bind result = vp_grad(tape, node->in[part], &accumulate);
        args.part = part;
        args.accumulate = accumulate;
        uint64_t count = (uint64_t)vp_shape_count(node->in[part]->shape);
        struct vp_launch launch = {.kernel = "infonce_unstack",
                                   .bind = {dstacked, result},
                                   VP_PUSH(args),
                                   .bytes = 8.0 * (double)count,
                                   .label = "infonce bwd unstack"};
        vp_groups_flat(count, GROUP, launch.groups);
        vp_emit(tape, &launch);
    }
}

struct vp_infonce vp_infonce_pose(struct vp_tape *tape, struct vp_tensor *anchors, struct vp_tensor *negatives,
                                  struct vp_tensor *mix, struct vp_tensor *perm, struct vp_tensor *temperature,
                                  enum vp_infonce_groups groups) {
    int64_t p = anchors->shape.dim[0] / 2, d = anchors->shape.dim[1], k = negatives->shape.dim[0] / p;
    vp_assert(anchors->shape.rank == 2 && anchors->shape.dim[0] == 2 * p, "%s has %lld rows", anchors->name,
              (long long)anchors->shape.dim[0]);
    vp_assert(negatives->shape.rank == 2 && negatives->shape.dim[0] == p * k && negatives->shape.dim[1] == d,
              "%s is (%lld, %lld) for %lld samples of %lld values", negatives->name, (long long)negatives->shape.dim[0],
              (long long)negatives->shape.dim[1], (long long)p, (long long)d);
    vp_assert(vp_shape_count(mix->shape) == p * k, "%s holds %lld values, not %lld x %lld", mix->name,
              (long long)vp_shape_count(mix->shape), (long long)p, (long long)k);
    struct infonce_args *args = vp_arena_new(vp_tape_arena(tape), struct infonce_args);
    *args = (struct infonce_args){
        .sets = (uint32_t)p, .rows = (uint32_t)(k + 2), .columns = (uint32_t)d, .mixed = groups == VP_INFONCE_MIXED};
    struct vp_tensor *stacked =
        vp_tape_output(tape, "sets", vp_shape3(p, k + 2, d), anchors->needs_grad || negatives->needs_grad);
    uint64_t count = (uint64_t)vp_shape_count(stacked->shape);
    struct vp_launch launch = {.kernel = "infonce_stack",
                               .bind = {vp_value(anchors), vp_value(negatives), vp_value(stacked)},
                               VP_PUSH(*args),
                               .bytes = 8.0 * (double)count,
                               .label = "infonce fwd stack"};
    vp_groups_flat(count, GROUP, launch.groups);
    vp_emit(tape, &launch);
    struct vp_node *node = vp_tape_push(tape, "infonce sets", stack_backward);
    node->in[0] = anchors;
    node->in[1] = negatives;
    node->out[0] = stacked;
    node->attributes = args;
    return from_sets(tape, stacked, 1, mix, perm, temperature);
}
