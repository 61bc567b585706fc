#include "vkpcl/ops/cosine_embedding.h"
#include "cosine_embedding/cosine_embedding_args.h"
#include "ops/column_sum.h"
#include "vkpcl/status.h"

static struct cosine_embedding_args arguments(const struct vp_tensor *a, const struct vp_cosine_embedding_desc *desc) {
    return (struct cosine_embedding_args){
        .rows = (uint32_t)a->shape.dim[0], .columns = (uint32_t)a->shape.dim[1], .margin = desc->margin};
}

/* The gradient of side `other` (0: a, 1: b). */
static void emit_side(struct vp_tape *tape, struct vp_node *node, struct vp_bind dloss, uint32_t other) {
    struct vp_tensor *own = node->in[other], *partner = node->in[1 - other];
    if (!own->needs_grad) return;
    struct cosine_embedding_args args = arguments(own, node->attributes);
    bool accumulate;
    struct vp_bind grad = vp_grad(tape, own, &accumulate);
    args.accumulate = accumulate;
    double count = (double)vp_shape_count(own->shape);
    struct vp_launch launch = {
        .kernel = "cosine_embedding_bwd",
        .spec = {other},
        .spec_count = 1,
        .bind = {vp_value(own), vp_value(partner), vp_value(node->in[2]), vp_bind_slot(node->saved[0]), dloss, grad},
        VP_PUSH(args),
        .flops = 6 * count,
        .bytes = 12 * count,
        .label = "cosine_embedding bwd"};
    vp_groups_flat((uint64_t)count, 64, launch.groups);
    vp_emit(tape, &launch);
}

static void cosine_embedding_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_bind dloss = vp_grad_in(tape, node->out[0]);
    if (!dloss.slot) return;
    emit_side(tape, node, dloss, 0);
    emit_side(tape, node, dloss, 1);
}

struct vp_tensor *vp_cosine_embedding(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b,
                                      struct vp_tensor *sign, const struct vp_cosine_embedding_desc *desc) {
    char text_a[96], text_b[96];
    vp_assert(a->shape.rank == 2 && vp_shape_equal(a->shape, b->shape), "%s is %s, %s %s", a->name,
              vp_shape_text(a->shape, text_a), b->name, vp_shape_text(b->shape, text_b));
    int64_t rows = a->shape.dim[0], count = vp_shape_count(a->shape);
    vp_assert(vp_shape_count(sign->shape) == rows, "%s has %lld signs for %lld pairs", sign->name,
              (long long)vp_shape_count(sign->shape), (long long)rows);
    vp_assert(4 * (uint64_t)count <= vp_tape_caps(tape)->max_binding_bytes, "%s exceeds a binding", a->name);
    struct cosine_embedding_args args = arguments(a, desc);
    struct vp_slot *terms = vp_tape_scratch(tape, "cosine_embedding.terms", 16 * (uint64_t)rows);
    struct vp_slot *row_loss = vp_tape_scratch(tape, "cosine_embedding.rows", 4 * (uint64_t)rows);
    struct vp_launch launch = {
        .kernel = "cosine_embedding_rows",
        .bind = {vp_value(a), vp_value(b), vp_value(sign), vp_bind_slot(terms), vp_bind_slot(row_loss)},
        VP_PUSH(args),
        .flops = 6.0 * (double)count,
        .bytes = 8.0 * (double)count,
        .label = "cosine_embedding rows"};
    vp_groups_flat((uint64_t)rows, 1, launch.groups);
    vp_emit(tape, &launch);
    struct vp_tensor *loss = vp_tape_output(tape, "cosine_embedding", vp_shape1(1), a->needs_grad || b->needs_grad);
    vp_emit_column_sum(tape, vp_bind_slot(row_loss), rows, 1, vp_value(loss), false, "cosine_embedding sum");
    struct vp_node *node = vp_tape_push(tape, "cosine_embedding", cosine_embedding_backward);
    struct vp_cosine_embedding_desc *kept = vp_arena_new(vp_tape_arena(tape), struct vp_cosine_embedding_desc);
    *kept = *desc;
    node->in[0] = a;
    node->in[1] = b;
    node->in[2] = sign;
    node->out[0] = loss;
    node->saved[0] = terms;
    node->attributes = kept;
    return loss;
}
