/* Winograd convolutions: the layout of what lies between the steps, and cutting the batch into groups of images. */
#include "ops/winograd.h"
#include "conv2d/winograd_filter_args.h"
#include "conv2d/winograd_product_args.h"
#include "conv2d/winograd_tiles_args.h"
#include "ops/conv_lanes.h"
#include "ops/gemm.h"
#include <stdlib.h>

enum { ELEMENTS = 36, BLOCK = 32 };

static int64_t scratch_bytes(void){ const char*e=getenv("WG_SCRATCH"); return (int64_t)(e?atoi(e):16)<<20; }
static int bits_of(const char*name,int d){ const char*e=getenv(name); return e?atoi(e):d; }

static int64_t round_up(int64_t value, int64_t to) {
    return (value + to - 1) / to * to;
}

static int64_t tiles_of_image(const struct vp_winograd_sizes *z) {
    return (z->p + 3) / 4 * ((z->q + 3) / 4);
}

bool vp_winograd_lanes(const struct vp_tape *tape) {
    return vp_tape_caps(tape)->lanes_beat_shared && vp_lanes_have_texels(tape) && vp_tape_caps(tape)->subgroup_size == 8 &&
           vp_tape_has_kernel(tape, "winograd_product");
}

bool vp_winograd_wanted(const struct vp_tape *tape, const struct vp_winograd_sizes *z) {
    (void)tape;
    if (z->r != 3 || z->s != 3 || z->stride != 1 || z->c % 4 != 0 || z->k % 4 != 0) return false;
    double tiles = (double)round_up(z->n * tiles_of_image(z), BLOCK), c = (double)z->c, k = (double)z->k;
    double plain = 9.0 * (double)(z->n * z->p * z->q) * c * k;
    double winograd = ELEMENTS * (tiles * c * k + 50.0 * tiles * (c + k) + 35.0 * c * k);
    return winograd < plain;
}

/* Where element, tile and channel lie in a transformed array, in items. */
struct layout {
    int64_t items, padded; /* channel items that exist; that have a place */
    int64_t tiles;         /* a multiple of BLOCK */
    int64_t tile_block, tile, channel_block, channel;
    int bits;              /* of the invocations of a workgroup, along the channels */
};

/* (element, 32 tiles, channel item, tile of the 32): a subgroup of the product reads and writes neighbouring tiles. */
static struct layout by_tile(int64_t channels, int64_t tiles, bool padded) {
    int64_t all = (padded ? round_up(channels, BLOCK) : channels) / 4;
    return (struct layout){channels / 4, all, tiles, BLOCK * all, 1, 8 * BLOCK, BLOCK, bits_of("WG_BITS",0)};
}
/* (element, 32 channels, tile, channel item of the 32): ... or neighbouring channels. */
static struct layout by_channel(int64_t channels, int64_t tiles) {
    return (struct layout){channels / 4, round_up(channels, BLOCK) / 4, tiles, BLOCK * 8, 8, 8 * tiles, 1, 3};
}
/* (element, tile, channel), in floats: matrices. */
static struct layout plain(int64_t channels, int64_t tiles) {
    return (struct layout){channels, channels, tiles, BLOCK * channels, channels, 8, 1, 5};
}

static struct vp_slot *transformed(struct vp_tape *tape, const char *name, const struct layout *l, bool lanes) {
    return vp_tape_scratch(tape, name, (lanes ? 16 : 4) * (uint64_t)(ELEMENTS * l->padded * l->tiles));
}

struct images {
    int64_t n, h, w, tiles_h, tiles_w, pad_h, pad_w;
};

static struct winograd_tiles_args tiles_args(const struct images *z, const struct layout *l) {
    return (struct winograd_tiles_args){.n = (int32_t)z->n,
                                        .h = (int32_t)z->h,
                                        .w = (int32_t)z->w,
                                        .c = (int32_t)l->items,
                                        .tiles_h = (int32_t)z->tiles_h,
                                        .tiles_w = (int32_t)z->tiles_w,
                                        .pad_h = (int32_t)z->pad_h,
                                        .pad_w = (int32_t)z->pad_w,
                                        .channel_bits = l->bits,
                                        .element_step = (int32_t)(l->padded * l->tiles),
                                        .tile_block_step = (int32_t)l->tile_block,
                                        .tile_step = (int32_t)l->tile,
                                        .channel_block_step = (int32_t)l->channel_block,
                                        .channel_step = (int32_t)l->channel,
                                        .slope = 1.0f};
}

static void emit_tiles(struct vp_tape *tape, const char *kernel, const struct winograd_tiles_args *args,
                       const struct layout *l, const struct vp_bind *bind, const char *label) {
    struct vp_launch launch = {.kernel = kernel,
                               .bind = {bind[0], bind[1], bind[2]},
                               VP_PUSH(*args),
                               .groups = {vp_div_up((uint64_t)l->items, 1u << l->bits), (uint32_t)(l->tiles >> (5 - l->bits))},
                               .label = label};
    vp_emit(tape, &launch);
}

/* The transformed filter, in the order of the product's kernel. */
static struct vp_slot *emit_filter(struct vp_tape *tape, const struct vp_convolution *z, bool lanes) {
    int64_t padded = lanes ? round_up(z->k, BLOCK) : z->k;
    struct vp_slot *u = vp_tape_scratch(tape, "winograd filter", 4 * (uint64_t)(ELEMENTS * z->c * padded));
    struct winograd_filter_args args = {.c = (int32_t)z->c,
                                        .k = (int32_t)z->k,
                                        .base = (int32_t)z->base,
                                        .k_stride = (int32_t)z->k_stride,
                                        .c_stride = (int32_t)z->c_stride,
                                        .r_stride = (int32_t)z->r_stride,
                                        .s_stride = (int32_t)z->s_stride,
                                        .element_step = (int32_t)(z->c * padded / 4),
                                        .block_step = (int32_t)(lanes ? z->c * 8 : 8),
                                        .c_step = (int32_t)(lanes ? 8 : z->k / 4)};
    struct vp_launch launch = {.kernel = lanes ? "winograd_filter.texel" : "winograd_filter",
                               .bind = {z->filter, vp_bind_slot(u)},
                               VP_PUSH(args),
                               .label = "winograd filter"};
    vp_groups_flat((uint64_t)(z->c * z->k / 4), 64, launch.groups);
    vp_emit(tape, &launch);
    return u;
}

/* Images whose transformed tiles fit the scratch memory. */
static int64_t images_at_once(int64_t tiles, int64_t c, int64_t k) {
    int64_t most = scratch_bytes() / (4 * ELEMENTS * tiles * (c + k));
    return most > 0 ? most : 1;
}

void vp_emit_winograd(struct vp_tape *tape, const struct vp_convolution *z) {
    bool lanes = vp_winograd_lanes(tape);
    struct vp_slot *u = emit_filter(tape, z, lanes), *v = NULL, *m = NULL;
    uint64_t bytes[] = {4 * (uint64_t)(z->h * z->w * z->c), 4 * (uint64_t)(z->p * z->q * z->k)};
    struct images images = {0, z->h, z->w, (z->p + 3) / 4, (z->q + 3) / 4, z->pad_h, z->pad_w};
    int64_t each = images.tiles_h * images.tiles_w, most = images_at_once(each, z->c, z->k);
    for (int64_t first = 0; (images.n = vp_piece_most(tape, z->n, first, bytes, 2, most)) > 0; first += images.n) {
        int64_t tiles = round_up(images.n * each, BLOCK);
        struct layout in = lanes ? by_tile(z->c, tiles, false) : plain(z->c, tiles);
        struct layout out = lanes ? by_tile(z->k, tiles, true) : plain(z->k, tiles);
        if (!v) v = transformed(tape, "winograd input", &in, lanes), m = transformed(tape, "winograd output", &out, lanes);
        struct winograd_tiles_args args = tiles_args(&images, &in);
        emit_tiles(tape, lanes ? "winograd_input.texel" : "winograd_input", &args, &in,
                   (struct vp_bind[]){vp_bind_rows(z->x, bytes[0], first, images.n), vp_bind_slot(v), {0}}, "winograd input");
        if (lanes) {
            struct winograd_product_args product = {.depth = (int32_t)z->c,
                                                    .blocks = (int32_t)(tiles / BLOCK),
                                                    .k_blocks = (int32_t)vp_div_up((uint64_t)z->k, BLOCK)};
            vp_emit(tape, &(struct vp_launch){.kernel = "winograd_product",
                                              .bind = {vp_bind_slot(v), vp_bind_slot(u), vp_bind_slot(m)},
                                              VP_PUSH(product),
                                              .groups = {(uint32_t)(product.blocks * product.k_blocks), ELEMENTS},
                                              .flops = z->flops * (double)images.n / (double)z->n,
                                              .label = z->label});
        } else {
            vp_emit_gemm(tape, &(struct vp_gemm){.batch = ELEMENTS,
                                                 .m = tiles,
                                                 .n = z->k,
                                                 .k = z->c,
                                                 .slope = 1.0f,
                                                 .a = vp_bind_slot(v),
                                                 .b = vp_bind_slot(u),
                                                 .c = vp_bind_slot(m),
                                                 .label = z->label});
        }
        images.h = z->p, images.w = z->q;
        args = tiles_args(&images, &out);
        images.h = z->h, images.w = z->w;
        args.has_bias = z->bias.slot != NULL;
        args.accumulate = z->accumulate;
        args.slope = z->slope;
        emit_tiles(tape, lanes ? "winograd_output.texel" : "winograd_output", &args, &out,
                   (struct vp_bind[]){vp_bind_slot(m), vp_bind_rows(z->y, bytes[1], first, images.n),
                                      z->bias.slot ? z->bias : vp_bind_slot(m)},
                   "winograd output");
    }
}

void vp_emit_winograd_gradient(struct vp_tape *tape, const struct vp_filter_lanes *z) {
    bool lanes = vp_winograd_lanes(tape);
    struct vp_slot *u = NULL, *v = NULL;
    struct vp_slot *m = vp_tape_scratch(tape, "winograd filter gradient", 4 * (uint64_t)(ELEMENTS * z->c * z->k));
    uint64_t bytes[] = {4 * (uint64_t)(z->h * z->w * z->c), 4 * (uint64_t)(z->p * z->q * z->k)};
    struct images images = {0, z->h, z->w, (z->p + 3) / 4, (z->q + 3) / 4, z->pad, z->pad};
    int64_t each = images.tiles_h * images.tiles_w, most = images_at_once(each, z->c, z->k);
    for (int64_t first = 0, n; (n = vp_piece_most(tape, z->n, first, bytes, 2, most)) > 0; first += n) {
        images.n = n;
        int64_t tiles = round_up(n * each, BLOCK);
        struct layout in = lanes ? by_channel(z->c, tiles) : plain(z->c, tiles);
        struct layout out = lanes ? by_channel(z->k, tiles) : plain(z->k, tiles);
        if (!v) v = transformed(tape, "winograd input", &in, lanes), u = transformed(tape, "winograd dy", &out, lanes);
        struct winograd_tiles_args args = tiles_args(&images, &in);
        emit_tiles(tape, lanes ? "winograd_input.texel" : "winograd_input", &args, &in,
                   (struct vp_bind[]){vp_bind_rows(z->x, bytes[0], first, n), vp_bind_slot(v), {0}}, "winograd input");
        struct images gradient = {n, z->p, z->q, images.tiles_h, images.tiles_w, 0, 0};
        args = tiles_args(&gradient, &out);
        emit_tiles(tape, lanes ? "winograd_input.gradient_texel" : "winograd_input.gradient", &args, &out,
                   (struct vp_bind[]){vp_bind_rows(z->dy, bytes[1], first, n), vp_bind_slot(u), {0}}, "winograd dy");
        if (lanes) {
            struct winograd_product_args product = {.depth = (int32_t)tiles,
                                                    .blocks = (int32_t)vp_div_up((uint64_t)z->c, BLOCK),
                                                    .k_blocks = (int32_t)vp_div_up((uint64_t)z->k, BLOCK),
                                                    .c = (int32_t)z->c,
                                                    .k = (int32_t)z->k,
                                                    .accumulate = first > 0};
            vp_emit(tape, &(struct vp_launch){.kernel = "winograd_product.gradient",
                                              .bind = {vp_bind_slot(v), vp_bind_slot(u), vp_bind_slot(m)},
                                              VP_PUSH(product),
                                              .groups = {(uint32_t)(product.blocks * product.k_blocks), ELEMENTS},
                                              .flops = z->flops * (double)n / (double)z->n,
                                              .label = z->label});
        } else {
            vp_emit_gemm(tape, &(struct vp_gemm){.batch = ELEMENTS,
                                                 .m = z->k,
                                                 .n = z->c,
                                                 .k = tiles,
                                                 .transpose_a = true,
                                                 .accumulate = first > 0,
                                                 .slope = 1.0f,
                                                 .a = vp_bind_slot(u),
                                                 .b = vp_bind_slot(v),
                                                 .c = vp_bind_slot(m),
                                                 .label = z->label});
        }
    }
    int64_t items = lanes ? z->c / 4 : z->c;
    struct winograd_filter_args args = {.c = (int32_t)items,
                                        .k = (int32_t)z->k,
                                        .element_step = (int32_t)(items * z->k),
                                        .accumulate = z->accumulate};
    struct vp_launch launch = {.kernel = lanes ? "winograd_filter_gradient.texel" : "winograd_filter_gradient",
                               .bind = {vp_bind_slot(m), z->dw},
                               VP_PUSH(args),
                               .label = "winograd filter gradient"};
    vp_groups_flat((uint64_t)(items * z->k), 64, launch.groups);
    vp_emit(tape, &launch);
}
