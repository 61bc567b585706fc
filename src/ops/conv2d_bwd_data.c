/* conv2d backward-data: its variants, and how each is cut into launches. */
#include "ops/conv2d_internal.h"
#include "ops/conv_lanes.h"

static void bwd_data_tile(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                          const struct vp_bind *bind, bool accumulate) {
    uint64_t bytes[] = {conv2d_out_bytes(conv), conv2d_in_bytes(conv)};
    for (int64_t first = 0, n; (n = vp_piece_grid(tape, conv->n, first, bytes, 2, conv->h * conv->w, 64)) > 0;
         first += n) {
        struct conv2d_args args = vp_conv2d_args(conv, n);
        args.accumulate = accumulate;
        vp_emit(
            tape,
            &(struct vp_launch){
                .kernel = variant->kernel,
                .bind = {vp_bind_rows(bind[0], bytes[0], first, n), bind[1], vp_bind_rows(bind[2], bytes[1], first, n)},
                VP_PUSH(args),
                .groups = {vp_div_up((uint64_t)(n * conv->h * conv->w), 64), vp_div_up((uint64_t)conv->c, 64)},
                .flops = vp_conv2d_flops(conv, n),
                .bytes = (double)(n * (int64_t)(bytes[0] + bytes[1])) + (double)conv2d_filter_bytes(conv),
                .label = "conv2d bwd data"});
    }
}

/* Pixels of one parity of rows and columns at a time: groups (pixel tiles, channel tiles, parities). */
static void bwd_data_parities(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                              const struct vp_bind *bind, bool accumulate) {
    uint64_t bytes[] = {conv2d_out_bytes(conv), conv2d_in_bytes(conv)}, tile = (uint64_t)variant->tile;
    int64_t step = conv->desc.stride, most = ((conv->h + step - 1) / step) * ((conv->w + step - 1) / step);
    for (int64_t first = 0, n; (n = vp_piece_grid(tape, conv->n, first, bytes, 2, most, variant->tile)) > 0;
         first += n) {
        struct conv2d_args args = vp_conv2d_args(conv, n);
        args.accumulate = accumulate;
        vp_emit(tape, &(struct vp_launch){.kernel = variant->kernel,
                                          .bind = {vp_bind_rows(bind[0], bytes[0], first, n), bind[1],
                                                   vp_bind_rows(bind[2], bytes[1], first, n)},
                                          VP_PUSH(args),
                                          .groups = {vp_div_up((uint64_t)(n * most), tile),
                                                     vp_div_up((uint64_t)conv->c, tile), (uint32_t)(step * step)},
                                          .flops = vp_conv2d_flops(conv, n),
                                          .bytes = (double)(n * (int64_t)(bytes[0] + bytes[1])) +
                                                   (double)conv2d_filter_bytes(conv),
                                          .label = "conv2d bwd data"});
    }
}

static bool t64_fits(const struct vp_tape *tape, const struct conv2d *conv) {
    return vp_conv2d_tile_fits(tape, conv, 64);
}
static bool t128_fits(const struct vp_tape *tape, const struct conv2d *conv) {
    return vp_conv2d_tile_fits(tape, conv, 128);
}
static bool t128_wanted(const struct conv2d *conv) {
    return vp_conv2d_large_tiles(conv->n * conv->h * conv->w, conv->c, 1);
}

static bool lanes_fit(const struct vp_tape *tape, const struct conv2d *conv) {
    (void)conv;
    return vp_conv_lanes_wanted(tape);
}

/* What the rows of dx with h % stride = parity are, as a convolution of dy: the taps r with (h + pad - r) % stride = 0,
 * turned round. The same for columns. */
struct turned {
    int64_t taps, pad, last; /* last: the tap of w that comes first */
    int64_t pixels;          /* rows of dx of this parity */
};

static struct turned turn(int64_t size, int64_t taps, int64_t pad, int64_t stride, int64_t parity) {
    int64_t first = (parity + pad) % stride;
    struct turned z = {.taps = first < taps ? (taps - first + stride - 1) / stride : 0,
                       .pixels = parity < size ? (size - parity + stride - 1) / stride : 0};
    z.last = first + stride * (z.taps - 1);
    z.pad = z.taps - 1 - (parity + pad - first) / stride;
    return z;
}

/* One convolution of dy for each parity of rows and columns: stride 1 has one, stride 2 four. */
static void bwd_data_lanes(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                           const struct vp_bind *bind, bool accumulate) {
    (void)variant;
    int64_t step = conv->desc.stride, row_stride = conv->s * conv->c;
    for (int64_t parity = 0; parity < step * step; parity++) {
        struct turned rows = turn(conv->h, conv->r, conv->desc.pad, step, parity / step);
        struct turned columns = turn(conv->w, conv->s, conv->desc.pad, step, parity % step);
        bool empty = rows.taps * columns.taps == 0;
        if (rows.pixels * columns.pixels == 0 || (empty && accumulate)) continue;
        double terms = (double)(rows.taps * columns.taps * conv->k);
        vp_emit_conv_lanes(tape,
                           &(struct vp_conv_lanes){.n = conv->n,
                                                   .h = conv->p,
                                                   .w = conv->q,
                                                   .c = conv->k,
                                                   .k = conv->c,
                                                   .r = empty ? 0 : rows.taps,
                                                   .s = empty ? 0 : columns.taps,
                                                   .p = rows.pixels,
                                                   .q = columns.pixels,
                                                   .stride = 1,
                                                   .pad_h = rows.pad,
                                                   .pad_w = columns.pad,
                                                   .y_h = conv->h,
                                                   .y_w = conv->w,
                                                   .y_step = step,
                                                   .y_row = parity / step,
                                                   .y_column = parity % step,
                                                   .base = empty ? 0 : rows.last * row_stride + columns.last * conv->c,
                                                   .k_stride = 1,
                                                   .c_stride = conv->r * row_stride,
                                                   .r_stride = -step * row_stride,
                                                   .s_stride = -step * conv->c,
                                                   .accumulate = accumulate,
                                                   .slope = 1.0f,
                                                   .x = bind[0],
                                                   .filter = bind[1],
                                                   .y = bind[2],
                                                   .flops = 2.0 * (double)(conv->n * rows.pixels * columns.pixels) *
                                                            terms * (double)conv->c,
                                                   .label = "conv2d bwd data"});
    }
}

static const struct conv2d_variant backward_data[] = {
    {"conv2d_lanes.x4y4buffer", lanes_fit, bwd_data_lanes, 0, NULL},
    {"conv2d_bwd_data_tile.t128", t128_fits, bwd_data_parities, 128, t128_wanted},
    {"conv2d_bwd_data_tile.t64", t64_fits, bwd_data_parities, 64, NULL},
    {"conv2d_bwd_data", NULL, bwd_data_tile, 64, NULL},
};

void vp_conv2d_emit_bwd_data(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind,
                             bool accumulate) {
    const struct conv2d_variant *variant = vp_conv2d_choose(tape, conv, backward_data, VP_COUNT(backward_data));
    variant->emit(tape, conv, variant, bind, accumulate);
}
