#include "vkpcl/ops/add_blocks.h"
#include "add_blocks/add_blocks_args.h"
#include "vkpcl/status.h"

enum { GROUP = 128 }; /* local size of the shaders */

struct add_blocks {
    struct vp_add_blocks_desc desc;
    uint32_t width;              /* floats of an item */
    struct add_blocks_args args; /* sizes; each launch fills in its tables */
};

static void backward_of(struct vp_tape *tape, const struct add_blocks *z, struct vp_bind dy, struct vp_tensor *x,
                        const int *table) {
    if (!x->needs_grad) return;
    bool accumulate;
    struct vp_bind dx = vp_grad(tape, x, &accumulate);
    struct add_blocks_args args = z->args;
    args.owned = (uint32_t)(x->shape.dim[0] / z->desc.rows);
    args.accumulate = accumulate;
    for (int j = 0; j < z->desc.blocks; j++) args.a[j] = (uint32_t)table[j];
    double block_bytes = (double)args.block * z->width * sizeof(float);
    struct vp_launch launch = {.kernel = z->width == 4 ? "add_blocks_bwd.v4" : "add_blocks_bwd",
                               .bind = {dy, dx},
                               VP_PUSH(args),
                               .flops = (double)args.blocks * args.block * z->width,
                               .bytes = block_bytes * (args.owned + args.blocks),
                               .label = "add_blocks bwd"};
    vp_groups_flat((uint64_t)args.block * args.owned, GROUP, launch.groups);
    vp_emit(tape, &launch);
}

static void add_blocks_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct add_blocks *z = node->attributes;
    struct vp_bind dy = vp_grad_in(tape, node->out[0]);
    if (!dy.slot) return;
    backward_of(tape, z, dy, node->in[0], z->desc.a);
    backward_of(tape, z, dy, node->in[1], z->desc.b);
}

struct vp_tensor *vp_add_blocks(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *z,
                                const struct vp_add_blocks_desc *desc) {
    int64_t d = vp_shape_columns(x->shape), limit = (int64_t)vp_tape_caps(tape)->max_binding_bytes;
    vp_assert(desc->blocks >= 1 && desc->blocks <= VP_ADD_BLOCKS, "%d blocks", desc->blocks);
    vp_assert(x->shape.rank == 2 && z->shape.rank == 2 && z->shape.dim[1] == d, "%lld and %lld columns", (long long)d,
              (long long)vp_shape_columns(z->shape));
    for (int j = 0; j < desc->blocks; j++)
        vp_assert(desc->a[j] >= 0 && (desc->a[j] + 1) * desc->rows <= x->shape.dim[0] && desc->b[j] >= 0 &&
                      (desc->b[j] + 1) * desc->rows <= z->shape.dim[0],
                  "block %d is %d of %s and %d of %s", j, desc->a[j], x->name, desc->b[j], z->name);
    vp_assert(desc->blocks * desc->rows * d * 4 <= limit, "%d blocks of %lld x %lld exceed a binding", desc->blocks,
              (long long)desc->rows, (long long)d);
    struct add_blocks *kept = vp_arena_new(vp_tape_arena(tape), struct add_blocks);
    kept->desc = *desc;
    kept->width = desc->rows * d % 4 == 0 ? 4 : 1;
    kept->args.block = (uint32_t)(desc->rows * d) / kept->width;
    kept->args.blocks = (uint32_t)desc->blocks;
    struct add_blocks_args args = kept->args;
    for (int j = 0; j < desc->blocks; j++) {
        args.a[j] = (uint32_t)desc->a[j];
        args.b[j] = (uint32_t)desc->b[j];
    }
    struct vp_tensor *y =
        vp_tape_output(tape, "sums", vp_shape2(desc->blocks * desc->rows, d), x->needs_grad || z->needs_grad);
    double count = (double)vp_shape_count(y->shape);
    struct vp_launch launch = {.kernel = kept->width == 4 ? "add_blocks_fwd.v4" : "add_blocks_fwd",
                               .bind = {vp_value(x), vp_value(z), vp_value(y)},
                               VP_PUSH(args),
                               .flops = count,
                               .bytes = 12 * count,
                               .label = "add_blocks fwd"};
    vp_groups_flat((uint64_t)args.block * args.blocks, GROUP, launch.groups);
    vp_emit(tape, &launch);

    struct vp_node *node = vp_tape_push(tape, "add_blocks", add_blocks_backward);
    node->in[0] = x;
    node->in[1] = z;
    node->out[0] = y;
    node->attributes = kept;
    return y;
}
