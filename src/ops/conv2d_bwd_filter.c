/* conv2d backward-filter: its variants, and how each is cut into launches. */
#include "ops/column_sum.h"
#include "ops/conv2d_internal.h"
#include "ops/conv_lanes.h"
#include "ops/filter_lanes.h"

/* Runs of pixels that are summed on their own: enough workgroups to fill a large device, but no run so short that
 * adding the partial sums costs more than making them. */
static int64_t filter_tiles(const struct conv2d *conv, const struct vp_conv_tile *tile) {
    return (int64_t)vp_div_up((uint64_t)conv->k, tile->pixels) *
           vp_div_up((uint64_t)(conv->r * conv->s * conv->c), tile->channels);
}

static int64_t filter_splits(const struct conv2d *conv, const struct vp_conv_tile *tile, int64_t images) {
    int64_t pixels = images * conv->p * conv->q, tiles = filter_tiles(conv, tile);
    int64_t wanted = (512 + tiles - 1) / tiles, most = (pixels + 255) / 256;
    return wanted < most ? wanted : most;
}

static void bwd_filter_tile(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                            const struct vp_bind *bind, bool accumulate) {
    uint64_t bytes[] = {conv2d_out_bytes(conv), conv2d_in_bytes(conv)};
    int64_t taps = conv->r * conv->s * conv->c, splits = 0, first_split = 0;
    for (int64_t first = 0, n; (n = vp_piece(tape, conv->n, first, bytes, 2)) > 0; first += n)
        splits += filter_splits(conv, &variant->tile, n);
    struct vp_slot *part =
        vp_partials(tape, (uint64_t)splits * conv2d_filter_bytes(conv), bind[2], conv->k * taps, "filter partials");
    for (int64_t first = 0, n; (n = vp_piece(tape, conv->n, first, bytes, 2)) > 0; first += n) {
        struct conv2d_args args = vp_conv2d_args(conv, n);
        args.splits = (uint32_t)filter_splits(conv, &variant->tile, n);
        args.pixels_per_split = vp_div_up((uint64_t)(n * conv->p * conv->q), args.splits);
        args.first_split = (uint32_t)first_split;
        struct vp_launch launch = {.kernel = variant->tile.kernel,
                                   .bind = {vp_bind_rows(bind[0], bytes[0], first, n),
                                            vp_bind_rows(bind[1], bytes[1], first, n), vp_bind_slot(part)},
                                   VP_PUSH(args),
                                   .groups = {vp_div_up((uint64_t)taps, variant->tile.channels),
                                              vp_div_up((uint64_t)conv->k, variant->tile.pixels), args.splits},
                                   .flops = vp_conv2d_flops(conv, n),
                                   .bytes = (double)(n * (int64_t)(bytes[0] + bytes[1])) +
                                            (double)args.splits * (double)conv2d_filter_bytes(conv),
                                   .label = "conv2d bwd filter"};
        vp_conv_matrix_spec(tape, &variant->tile, &launch);
        vp_emit(tape, &launch);
        first_split += args.splits;
    }
    vp_emit_sum_partials(tape, part, splits, conv->k * taps, bind[2], accumulate, "conv2d bwd filter sum");
}

static struct vp_filter_lanes as_filter(const struct conv2d *conv) {
    return (struct vp_filter_lanes){.n = conv->n,
                                    .h = conv->h,
                                    .w = conv->w,
                                    .c = conv->c,
                                    .k = conv->k,
                                    .r = conv->r,
                                    .s = conv->s,
                                    .p = conv->p,
                                    .q = conv->q,
                                    .stride = conv->desc.stride,
                                    .pad = conv->desc.pad,
                                    .flops = vp_conv2d_flops(conv, conv->n),
                                    .label = "conv2d bwd filter"};
}

/* Tiles that the filter fills, as far as its channels come in fours. */
static bool tile_fits(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                      const struct conv2d_variant *variant) {
    (void)tape, (void)pass;
    if (conv->c % 4 != 0) return false;
    if (variant->tile.pixels <= 4) return conv->k <= 4;
    return conv->k % 4 == 0 && (variant->tile.pixels == 64 || conv->k >= variant->tile.pixels) &&
           (variant->tile.channels == 64 || conv->r * conv->s * conv->c >= 2 * variant->tile.channels);
}

static bool lanes_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                      const struct conv2d_variant *variant) {
    (void)pass, (void)variant;
    const struct vp_filter_lanes filter = as_filter(conv);
    return vp_filter_lanes_wanted(tape, &filter);
}

static void bwd_filter_lanes(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                             const struct vp_bind *bind, bool accumulate) {
    (void)variant;
    struct vp_filter_lanes filter = as_filter(conv);
    filter.dy = bind[0], filter.x = bind[1], filter.dw = bind[2], filter.accumulate = accumulate;
    vp_emit_filter_lanes(tape, &filter);
}

static struct conv2d_pass pass_of(const struct conv2d *z) {
    return (struct conv2d_pass){"bwd filter", {z->n, z->p, z->q, z->c, z->k, z->r, z->s, z->desc.stride}, true};
}

static void bwd_filter_winograd(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                                const struct vp_bind *bind, bool accumulate) {
    (void)variant;
    struct vp_filter_lanes filter = as_filter(conv);
    filter.dy = bind[0], filter.x = bind[1], filter.dw = bind[2], filter.accumulate = accumulate;
    vp_emit_winograd_gradient(tape, &filter);
}

/* On software devices whose lanes cannot be handed values, the plain form is the slower one (SwiftShader: 2.3 times).
 */
static bool software_fits(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                          const struct conv2d_variant *variant) {
    return vp_conv_lanes_wanted(tape) && vp_conv2d_winograd_tiles_fit(tape, conv, pass, variant);
}

static const struct conv2d_variant backward_filter[] = {
    {{"winograd_product.gradient", 0, 0, 0}, vp_conv2d_winograd_lanes_fit, bwd_filter_winograd},
    {{"winograd_input.gradient", 0, 0, 0}, software_fits, bwd_filter_winograd},
    {{"conv2d_bwd_filter_plain", 0, 0, 0}, lanes_fit, bwd_filter_lanes},
    {{"conv2d_bwd_filter.x4", 4, 256, 0}, tile_fits, bwd_filter_tile},
    {{"conv2d_bwd_filter.m128x128", 128, 128, 256}, tile_fits, bwd_filter_tile},
    {{"conv2d_bwd_filter.m64x64", 64, 64, 64}, tile_fits, bwd_filter_tile},
    {{"conv2d_bwd_filter.t128x128", 128, 128, 0}, tile_fits, bwd_filter_tile},
    {{"conv2d_bwd_filter.t128x64", 128, 64, 0}, tile_fits, bwd_filter_tile},
    {{"conv2d_bwd_filter.t64x64", 64, 64, 0}, tile_fits, bwd_filter_tile},
    {{"winograd_input.gradient", 0, 0, 0}, vp_conv2d_winograd_tiles_fit, bwd_filter_winograd},
    {{"conv2d_bwd_filter", 64, 64, 0}, NULL, bwd_filter_tile},
};

void vp_conv2d_emit_bwd_filter(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind,
                               bool accumulate) {
    const struct conv2d_pass pass = pass_of(conv);
    const struct conv2d_variant *variant =
        vp_conv2d_choose(tape, conv, &pass, backward_filter, VP_COUNT(backward_filter));
    variant->emit(tape, conv, variant, bind, accumulate);
}
