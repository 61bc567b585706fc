/* Launches of the products: all elements at once, or as many as texel buffers hold. */
#include "ops/winograd_product.h"
#include "conv2d/winograd_product_args.h"
#include "ops/conv_lanes.h"
#include "ops/conv_quads.h"
#include "ops/winograd_tiles.h"

bool vp_winograd_quads(const struct vp_tape *tape) {
    return vp_quads_wanted(tape, "winograd_quads.c8");
}

bool vp_winograd_lanes(const struct vp_tape *tape) {
    return vp_winograd_quads(tape) ||
           (vp_conv_lanes_wanted(tape) && vp_lanes_have_texels(tape) && vp_tape_caps(tape)->subgroup_size == 8 &&
            vp_tape_has_kernel(tape, "winograd_product"));
}

/* The arrays have four elements more than fit, which leaves room for the tiles that round their number up. */
int64_t vp_winograd_texel_scratch(const struct vp_tape *tape, int64_t most_bytes) {
    int64_t fitting = (VP_WINOGRAD_ELEMENTS - 4) * (int64_t)vp_quads_texel_bytes(tape);
    return vp_winograd_quads(tape) && fitting < most_bytes ? fitting : most_bytes;
}

static void emit_quads(struct vp_tape *tape, const struct vp_winograd_product *z,
                       const struct winograd_product_args *args) {
    const uint64_t bytes[] = {128 * (uint64_t)(z->blocks * z->depth), 128 * (uint64_t)(z->k_blocks * z->depth),
                              z->gradient ? 4 * (uint64_t)(z->c * z->k) : 4096 * (uint64_t)(z->blocks * z->k_blocks)};
    int64_t most = (int64_t)(vp_quads_texel_bytes(tape) / (bytes[0] > bytes[1] ? bytes[0] : bytes[1]));
    const char *kernel = z->gradient         ? "winograd_quads.gradient"
                         : z->depth % 8 == 0 ? "winograd_quads.c8"
                                              : "winograd_quads.c4";
    for (int64_t first = 0, n; (n = vp_piece_most(tape, VP_WINOGRAD_ELEMENTS, first, bytes, 3, most)) > 0; first += n)
        vp_emit(tape, &(struct vp_launch){.kernel = kernel,
                                          .bind = {vp_bind_rows(vp_bind_slot(z->v), bytes[0], first, n),
                                                   vp_bind_rows(vp_bind_slot(z->u), bytes[1], first, n),
                                                   vp_bind_rows(vp_bind_slot(z->m), bytes[2], first, n)},
                                          VP_PUSH(*args),
                                          .groups = {(uint32_t)z->k_blocks, (uint32_t)z->blocks,
                                                     (uint32_t)n},
                                          .flops = z->flops * (double)n / VP_WINOGRAD_ELEMENTS,
                                          .label = z->label});
}

void vp_emit_winograd_product(struct vp_tape *tape, const struct vp_winograd_product *z) {
    const struct winograd_product_args args = {.depth = (int32_t)z->depth,
                                               .blocks = (int32_t)z->blocks,
                                               .k_blocks = (int32_t)z->k_blocks,
                                               .c = (int32_t)z->c,
                                               .k = (int32_t)z->k,
                                               .accumulate = z->accumulate};
    if (vp_winograd_quads(tape)) {
        emit_quads(tape, z, &args);
        return;
    }
    vp_emit(tape, &(struct vp_launch){.kernel = z->gradient ? "winograd_product.gradient" : "winograd_product",
                                      .bind = {vp_bind_slot(z->v), vp_bind_slot(z->u), vp_bind_slot(z->m)},
                                      VP_PUSH(args),
                                      .groups = {(uint32_t)(args.blocks * args.k_blocks), VP_WINOGRAD_ELEMENTS},
                                      .flops = z->flops,
                                      .label = z->label});
}
