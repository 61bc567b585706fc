/* Gradients of filters by Winograd: dw = G^T m G with m[element][k][c] = sum over tiles of transformed dy times
 * transformed x. */
#include "conv2d/winograd_filter_args.h"
#include "conv2d/winograd_product_args.h"
#include "ops/gemm.h"
#include "ops/winograd.h"
#include "ops/winograd_tiles.h"

/* Bytes of transformed tiles at once: m is read and written again for every group of images, so a group is to be
 * several times as large, as far as memory is not to be felt. */
static int64_t scratch_bytes(int64_t gradient_bytes) {
    int64_t least = 32 << 20, most = 64 << 20, wanted = 4 * gradient_bytes;
    return wanted < least ? least : wanted < most ? wanted : most;
}

/* m (+)= u^T v for all elements. */
static void emit_product(struct vp_tape *tape, const struct vp_filter_lanes *z, double flops, int64_t tiles,
                         bool accumulate, struct vp_slot *const *uvm) {
    struct vp_bind u = vp_bind_slot(uvm[0]), v = vp_bind_slot(uvm[1]), m = vp_bind_slot(uvm[2]);
    if (!vp_winograd_lanes(tape)) {
        vp_emit_gemm(tape, &(struct vp_gemm){.batch = VP_WINOGRAD_ELEMENTS,
                                             .m = z->k,
                                             .n = z->c,
                                             .k = tiles,
                                             .transpose_a = true,
                                             .accumulate = accumulate,
                                             .slope = 1.0f,
                                             .a = u,
                                             .b = v,
                                             .c = m,
                                             .flops = flops,
                                             .label = z->label});
        return;
    }
    struct winograd_product_args args = {.depth = (int32_t)tiles,
                                         .blocks = (int32_t)vp_div_up((uint64_t)z->c, VP_WINOGRAD_BLOCK),
                                         .k_blocks = (int32_t)vp_div_up((uint64_t)z->k, VP_WINOGRAD_BLOCK),
                                         .c = (int32_t)z->c,
                                         .k = (int32_t)z->k,
                                         .accumulate = accumulate};
    vp_emit(tape, &(struct vp_launch){.kernel = "winograd_product.gradient",
                                      .bind = {v, u, m},
                                      VP_PUSH(args),
                                      .groups = {(uint32_t)(args.blocks * args.k_blocks), VP_WINOGRAD_ELEMENTS},
                                      .flops = flops,
                                      .label = z->label});
}

/* dw (+)= G^T m G. */
static void emit_filter(struct vp_tape *tape, const struct vp_filter_lanes *z, struct vp_slot *m) {
    bool lanes = vp_winograd_lanes(tape);
    int64_t items = lanes ? z->c / 4 : z->c;
    struct winograd_filter_args args = {
        .c = (int32_t)items, .k = (int32_t)z->k, .element_step = (int32_t)(items * z->k), .accumulate = z->accumulate};
    struct vp_launch launch = {.kernel = lanes ? "winograd_filter_gradient.texel" : "winograd_filter_gradient",
                               .bind = {vp_bind_slot(m), z->dw},
                               VP_PUSH(args),
                               .bytes = 4.0 * (VP_WINOGRAD_ELEMENTS + 9) * (double)(z->c * z->k),
                               .label = "winograd filter gradient"};
    vp_groups_flat((uint64_t)(items * z->k), 64, launch.groups);
    vp_emit(tape, &launch);
}

static struct vp_winograd_layout layout(int64_t channels, int64_t tiles, bool lanes) {
    return lanes ? vp_winograd_by_channel(channels, tiles) : vp_winograd_matrices(channels, tiles);
}

void vp_emit_winograd_gradient(struct vp_tape *tape, const struct vp_filter_lanes *z) {
    const bool lanes = vp_winograd_lanes(tape);
    const int64_t gradient_bytes = 4 * VP_WINOGRAD_ELEMENTS * z->c * z->k;
    const uint64_t bytes[] = {vp_filter_lanes_x_bytes(z), vp_filter_lanes_dy_bytes(z)};
    int64_t most = vp_winograd_images_at_once(z->n, z->p, z->q, z->c + z->k, scratch_bytes(gradient_bytes));
    int64_t tiles = vp_winograd_tiling(vp_winograd_largest_piece(tape, z->n, bytes, most), z->p, z->q).tiles;
    struct vp_winograd_layout x = layout(z->c, tiles, lanes), dy = layout(z->k, tiles, lanes);
    struct vp_slot *const v = vp_winograd_scratch(tape, "winograd input", &x),
                          *const u = vp_winograd_scratch(tape, "winograd dy", &dy),
                          *const m = vp_tape_scratch(tape, "winograd filter", (uint64_t)gradient_bytes);
    for (int64_t first = 0, n; (n = vp_piece_most(tape, z->n, first, bytes, 2, most)) > 0; first += n) {
        const struct vp_winograd_tiling tiling = vp_winograd_tiling(n, z->p, z->q);
        x = layout(z->c, tiling.tiles, lanes);
        dy = layout(z->k, tiling.tiles, lanes);
        vp_emit_winograd_tiles(tape, &tiling, &x,
                               &(struct vp_winograd_transform){.kernel = "winograd_input",
                                                               .texel_kernel = "winograd_input.texel",
                                                               .label = "winograd input",
                                                               .h = z->h,
                                                               .w = z->w,
                                                               .pad = z->pad,
                                                               .from = vp_bind_rows(z->x, bytes[0], first, n),
                                                               .to = vp_bind_slot(v)});
        vp_emit_winograd_tiles(tape, &tiling, &dy,
                               &(struct vp_winograd_transform){.kernel = "winograd_input.gradient",
                                                               .texel_kernel = "winograd_input.gradient_texel",
                                                               .label = "winograd dy",
                                                               .h = z->p,
                                                               .w = z->q,
                                                               .from = vp_bind_rows(z->dy, bytes[1], first, n),
                                                               .to = vp_bind_slot(u)});
        emit_product(tape, z, z->flops * (double)n / (double)z->n, tiling.tiles, first > 0,
                     (struct vp_slot *const[]){u, v, m});
    }
    emit_filter(tape, z, m);
}
