/* Two nodes of its own, rows made unit length and the product of two Gram matrices; the Gram matrices are matmul's. */
#include "vkpcl/ops/orthogonality.h"
#include "orthogonality/orthogonality_args.h"
#include "vkpcl/ops/matmul.h"
#include "vkpcl/status.h"

static double count_of(const struct orthogonality_args *args) {
    return (double)args->groups * args->rows * args->columns;
}

/* Column means of each group, of rows times `factor` unless NULL. */
static struct vp_slot *emit_means(struct vp_tape *tape, const struct orthogonality_args *args, struct vp_bind values,
                                  struct vp_slot *factor) {
    struct vp_slot *means =
        vp_tape_scratch(tape, "orthogonality.means", (uint64_t)args->groups * args->columns * sizeof(float));
    struct vp_launch launch = {.kernel = "orthogonality_means",
                               .spec = {factor != NULL},
                               .spec_count = 1,
                               .bind = {values, factor ? vp_bind_slot(factor) : values, vp_bind_slot(means)},
                               VP_PUSH(*args),
                               .flops = count_of(args),
                               .bytes = 4 * count_of(args),
                               .label = "orthogonality means"};
    vp_groups_flat((uint64_t)args->groups * args->columns, 64, launch.groups);
    vp_emit(tape, &launch);
    return means;
}

static void unit_rows_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_bind dunit = vp_grad_in(tape, node->out[0]);
    if (!dunit.slot || !node->in[0]->needs_grad) return;
    struct orthogonality_args args = *(const struct orthogonality_args *)node->attributes;
    struct vp_slot *inverse = node->saved[0], *means = emit_means(tape, &args, dunit, inverse);
    bool accumulate;
    struct vp_bind dx = vp_grad(tape, node->in[0], &accumulate);
    args.accumulate = accumulate;
    struct vp_launch launch = {.kernel = "orthogonality_rows_bwd",
                               .bind = {dunit, vp_bind_slot(inverse), vp_bind_slot(means), dx},
                               VP_PUSH(args),
                               .flops = 2 * count_of(&args),
                               .bytes = 12 * count_of(&args),
                               .label = "orthogonality bwd rows"};
    vp_groups_flat((uint64_t)args.groups * args.rows * args.columns, 128, launch.groups);
    vp_emit(tape, &launch);
}

/* (groups*n, D) -> (groups, n, D): rows centred in their group, then divided by their length. */
static struct vp_tensor *unit_rows(struct vp_tape *tape, struct vp_tensor *x, const struct orthogonality_args *args) {
    struct vp_tensor *unit =
        vp_tape_output(tape, "unit", vp_shape3(args->groups, args->rows, args->columns), x->needs_grad);
    struct vp_slot *means = emit_means(tape, args, vp_value(x), NULL);
    struct vp_slot *inverse =
        vp_tape_scratch(tape, "orthogonality.inverse", (uint64_t)args->groups * args->rows * sizeof(float));
    struct vp_launch launch = {.kernel = "orthogonality_rows",
                               .bind = {vp_value(x), vp_bind_slot(means), vp_value(unit), vp_bind_slot(inverse)},
                               VP_PUSH(*args),
                               .flops = 4 * count_of(args),
                               .bytes = 8 * count_of(args),
                               .label = "orthogonality rows"};
    vp_groups_flat((uint64_t)args->groups * args->rows, 1, launch.groups);
    vp_emit(tape, &launch);

    struct vp_node *node = vp_tape_push(tape, "orthogonality rows", unit_rows_backward);
    struct orthogonality_args *kept = vp_arena_new(vp_tape_arena(tape), struct orthogonality_args);
    *kept = *args;
    node->in[0] = x;
    node->out[0] = unit;
    node->saved[0] = inverse;
    node->attributes = kept;
    return unit;
}

static void dot_backward(struct vp_tape *tape, struct vp_node *node) {
    struct vp_bind dloss = vp_grad_in(tape, node->out[0]);
    if (!dloss.slot) return;
    struct orthogonality_args args = *(const struct orthogonality_args *)node->attributes;
    uint64_t count = (uint64_t)args.groups * args.rows * args.rows;
    for (int i = 0; i < 2; i++) {
        if (!node->in[i]->needs_grad) continue;
        bool accumulate;
        struct vp_bind da = vp_grad(tape, node->in[i], &accumulate);
        args.accumulate = accumulate;
        struct vp_launch launch = {.kernel = "orthogonality_dot_bwd",
                                   .bind = {vp_value(node->in[1 - i]), dloss, da},
                                   VP_PUSH(args),
                                   .bytes = 8.0 * (double)count,
                                   .label = "orthogonality bwd dot"};
        vp_groups_flat(count, 128, launch.groups);
        vp_emit(tape, &launch);
    }
}

struct vp_tensor *vp_orthogonality(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *y,
                                   const struct vp_orthogonality_desc *desc) {
    char x_text[96], y_text[96];
    vp_assert(x->shape.rank == 2 && vp_shape_equal(x->shape, y->shape), "%s %s, %s %s", x->name,
              vp_shape_text(x->shape, x_text), y->name, vp_shape_text(y->shape, y_text));
    vp_assert(desc->groups >= 1 && x->shape.dim[0] % desc->groups == 0, "%lld rows in %d groups",
              (long long)x->shape.dim[0], desc->groups);
    double d = (double)x->shape.dim[1];
    struct orthogonality_args args = {.groups = (uint32_t)desc->groups,
                                      .rows = (uint32_t)(x->shape.dim[0] / desc->groups),
                                      .columns = (uint32_t)x->shape.dim[1],
                                      .scale = (float)(1 / (d * d))};
    struct vp_tensor *const in[2] = {x, y};
    struct vp_tensor *gram[2];
    for (int i = 0; i < 2; i++) {
        struct vp_tensor *unit = unit_rows(tape, in[i], &args);
        gram[i] = vp_matmul(tape, unit, unit, &(struct vp_matmul_desc){.transpose_b = true});
    }
    struct vp_tensor *loss = vp_tape_output(tape, "orthogonality", vp_shape1(desc->groups), vp_any_needs_grad(gram, 2));
    vp_emit(tape, &(struct vp_launch){.kernel = "orthogonality_dot",
                                      .bind = {vp_value(gram[0]), vp_value(gram[1]), vp_value(loss)},
                                      VP_PUSH(args),
                                      .groups = {args.groups},
                                      .flops = 2.0 * args.groups * args.rows * args.rows,
                                      .bytes = 8.0 * args.groups * args.rows * args.rows,
                                      .label = "orthogonality dot"});
    struct vp_node *node = vp_tape_push(tape, "orthogonality dot", dot_backward);
    struct orthogonality_args *kept = vp_arena_new(vp_tape_arena(tape), struct orthogonality_args);
    *kept = args;
    node->in[0] = gram[0];
    node->in[1] = gram[1];
    node->out[0] = loss;
    node->attributes = kept;
    return loss;
}
