/* Winograd convolutions: when, and their launches. */
#include "ops/winograd.h"
#include "conv2d/winograd_filter_args.h"
#include "conv2d/winograd_product_args.h"
#include "ops/conv_lanes.h"
#include "ops/gemm.h"
#include "ops/winograd_quads.h"
#include "ops/winograd_tiles.h"
#include "vkpcl/status.h"

/* Bytes between the steps, as far as an image fits them. Twice as much was 1 % faster, half of it 2 % slower. */
#define SCRATCH (32 << 20)

bool vp_winograd_lanes(const struct vp_tape *tape) {
    return vp_conv_lanes_wanted(tape) && vp_lanes_have_texels(tape) && vp_tape_caps(tape)->subgroup_size == 8 &&
           vp_tape_has_kernel(tape, "winograd_product");
}

/* Tiles of the fewest images that can be a piece of the batch: an image has four floats at the least. */
static int64_t least_tiles(const struct vp_tape *tape, const struct vp_winograd_sizes *z) {
    int64_t images = (int64_t)vp_tape_caps(tape)->binding_alignment / 16;
    return vp_winograd_tiling(images > 1 ? images : 1, z->p, z->q).tiles;
}

/* Are their transformed arrays within a binding? */
static bool bindable(const struct vp_tape *tape, const struct vp_winograd_sizes *z) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    int64_t tiles = least_tiles(tape, z);
    int64_t c = vp_winograd_padded(z->c), k = vp_winograd_padded(z->k), widest = c > k ? c : k,
            narrowest = c + k - widest;
    return 4 * VP_WINOGRAD_ELEMENTS * (uint64_t)(widest * (tiles > narrowest ? tiles : narrowest)) <=
           caps->max_binding_bytes;
}

/* In multiplications of the product: a transformed value costs thirty (it is loaded, combined and stored where nothing
 * is handed round), one of the filter thirty-five. Measured on lavapipe
 * (tools/bench/results/conv2d-software-devices.md). */
bool vp_winograd_wanted(const struct vp_tape *tape, const struct vp_winograd_sizes *z) {
    if (z->r != 3 || z->s != 3 || z->stride != 1 || z->c % 4 != 0 || z->k % 4 != 0 || !bindable(tape, z)) return false;
    double tiles = (double)vp_winograd_tiling(z->n, z->p, z->q).tiles;
    double c = (double)vp_winograd_padded(z->c), k = (double)vp_winograd_padded(z->k);
    double plain = 9.0 * (double)(z->n * z->p * z->q) * (double)(z->c * z->k);
    return 1.1 * VP_WINOGRAD_ELEMENTS * (tiles * c * k + 30 * tiles * (c + k) + 35 * c * k) < plain;
}

bool vp_winograd_on_quads(const struct vp_tape *tape, const struct vp_winograd_sizes *z) {
    return vp_winograd_quads(tape) && vp_winograd_wanted(tape, z) &&
           vp_winograd_quads_fit(tape, least_tiles(tape, z), z->c, z->k);
}

/* The transformed filter: (element, 32 k, c, k of the 32) across lanes, else matrices (element, c, k). */
static struct vp_slot *emit_filter(struct vp_tape *tape, const struct vp_convolution *z, bool lanes) {
    int64_t padded = lanes ? vp_winograd_padded(z->k) : z->k;
    uint64_t bytes = 4 * (uint64_t)(VP_WINOGRAD_ELEMENTS * z->c * padded);
    struct vp_slot *u = vp_tape_scratch(tape, "winograd filter", bytes);
    struct winograd_filter_args args = {.c = (int32_t)z->c,
                                        .k = (int32_t)z->k,
                                        .base = (int32_t)z->base,
                                        .k_stride = (int32_t)z->k_stride,
                                        .c_stride = (int32_t)z->c_stride,
                                        .r_stride = (int32_t)z->r_stride,
                                        .s_stride = (int32_t)z->s_stride,
                                        .element_step = (int32_t)(z->c * padded / 4),
                                        .block_step = (int32_t)(lanes ? 8 * z->c : 8),
                                        .c_step = (int32_t)(lanes ? 8 : z->k / 4)};
    struct vp_launch launch = {.kernel =
                                   lanes && !vp_winograd_quads(tape) ? "winograd_filter.texel" : "winograd_filter",
                               .bind = {z->filter, vp_bind_slot(u)},
                               VP_PUSH(args),
                               .bytes = 36.0 * (double)(z->c * z->k) + (double)bytes,
                               .label = "winograd filter"};
    vp_groups_flat((uint64_t)(z->c * z->k / 4), 64, launch.groups);
    vp_emit(tape, &launch);
    return u;
}

/* m[element] = v[element] u[element] for all elements. */
static void emit_product(struct vp_tape *tape, const struct vp_convolution *z, int64_t images, int64_t tiles,
                         bool lanes, struct vp_slot *const *vum) {
    struct vp_bind v = vp_bind_slot(vum[0]), u = vp_bind_slot(vum[1]), m = vp_bind_slot(vum[2]);
    double flops = z->flops * (double)images / (double)z->n;
    if (!lanes) {
        vp_emit_gemm(tape, &(struct vp_gemm){.batch = VP_WINOGRAD_ELEMENTS,
                                             .m = tiles,
                                             .n = z->k,
                                             .k = z->c,
                                             .slope = 1.0f,
                                             .a = v,
                                             .b = u,
                                             .c = m,
                                             .flops = flops,
                                             .label = z->label});
        return;
    }
    if (vp_winograd_quads(tape)) {
        vp_emit_winograd_quads(tape, &(struct vp_winograd_quads_product){.tiles = tiles,
                                                                         .c = z->c,
                                                                         .k = z->k,
                                                                         .v = vum[0],
                                                                         .u = vum[1],
                                                                         .m = vum[2],
                                                                         .flops = flops,
                                                                         .label = z->label});
        return;
    }
    struct winograd_product_args args = {.depth = (int32_t)z->c,
                                         .blocks = (int32_t)(tiles / VP_WINOGRAD_BLOCK),
                                         .k_blocks = (int32_t)vp_div_up((uint64_t)z->k, VP_WINOGRAD_BLOCK)};
    vp_emit(tape, &(struct vp_launch){.kernel = "winograd_product",
                                      .bind = {v, u, m},
                                      VP_PUSH(args),
                                      .groups = {(uint32_t)(args.blocks * args.k_blocks), VP_WINOGRAD_ELEMENTS},
                                      .flops = flops,
                                      .label = z->label});
}

static struct vp_winograd_layout input_layout(const struct vp_convolution *z, int64_t tiles, bool lanes) {
    return lanes ? vp_winograd_by_tile(z->c, z->c, tiles) : vp_winograd_matrices(z->c, tiles);
}
static struct vp_winograd_layout output_layout(const struct vp_convolution *z, int64_t tiles, bool lanes) {
    return lanes ? vp_winograd_by_tile(z->k, vp_winograd_padded(z->k), tiles) : vp_winograd_matrices(z->k, tiles);
}

void vp_emit_winograd(struct vp_tape *tape, const struct vp_convolution *z) {
    vp_assert(z->pad_h == z->pad_w && z->y_step == 1 && z->y_h == z->p && z->y_w == z->q && !z->filter_stride,
              "%s has no Winograd form", z->label);
    const bool quads = vp_winograd_quads(tape), lanes = quads || vp_winograd_lanes(tape);
    const int64_t scratch = quads ? vp_winograd_quads_scratch(tape, SCRATCH) : SCRATCH;
    const uint64_t bytes[] = {vp_convolution_x_bytes(z), vp_convolution_y_bytes(z)};
    int64_t most = vp_winograd_images_at_once(z->n, z->p, z->q, z->c + z->k, scratch);
    int64_t tiles = vp_winograd_tiling(vp_winograd_largest_piece(tape, z->n, bytes, most), z->p, z->q).tiles;
    struct vp_winograd_layout in = input_layout(z, tiles, lanes), out = output_layout(z, tiles, lanes);
    struct vp_slot *const v = vp_winograd_scratch(tape, "winograd input", &in), *const u = emit_filter(tape, z, lanes),
                          *const m = vp_winograd_scratch(tape, "winograd output", &out);
    for (int64_t first = 0, n; (n = vp_piece_most(tape, z->n, first, bytes, 2, most)) > 0; first += n) {
        const struct vp_winograd_tiling tiling = vp_winograd_tiling(n, z->p, z->q);
        in = input_layout(z, tiling.tiles, lanes);
        out = output_layout(z, tiling.tiles, lanes);
        vp_emit_winograd_tiles(tape, &tiling, &in,
                               &(struct vp_winograd_transform){.kernel = "winograd_input",
                                                               .texel_kernel = "winograd_input.texel",
                                                               .four_kernel = "winograd_input.v4",
                                                               .label = "winograd input",
                                                               .h = z->h,
                                                               .w = z->w,
                                                               .pad = z->pad_h,
                                                               .from = vp_bind_rows(z->x, bytes[0], first, n),
                                                               .to = vp_bind_slot(v)});
        emit_product(tape, z, n, tiling.tiles, lanes, (struct vp_slot *const[]){v, u, m});
        vp_emit_winograd_tiles(tape, &tiling, &out,
                               &(struct vp_winograd_transform){.kernel = "winograd_output",
                                                               .texel_kernel = "winograd_output.texel",
                                                               .four_kernel = "winograd_output.v4",
                                                               .label = "winograd output",
                                                               .h = z->p,
                                                               .w = z->q,
                                                               .from = vp_bind_slot(m),
                                                               .to = vp_bind_rows(z->y, bytes[1], first, n),
                                                               .bias = z->bias,
                                                               .accumulate = z->accumulate,
                                                               .slope = z->slope});
    }
}
