/* conv2d backward-data: convolutions of dy, and their variants. */
#include "ops/conv2d_internal.h"
#include "ops/conv_lanes.h"
#include "ops/conv_tile.h"

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
typedef void emit_one(struct vp_tape *tape, const struct vp_conv_tile *tile, const struct vp_convolution *conv);
static void emit_all(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                     const struct vp_bind *bind, bool accumulate, emit_one *emit) {
    int64_t step = conv->desc.stride, row_stride = conv->s * conv->c;
    for (int64_t parity = 0; parity < step * step; parity++) {
        struct turned rows = turn(conv->h, conv->r, conv->desc.pad, step, parity / step);
        struct turned columns = turn(conv->w, conv->s, conv->desc.pad, step, parity % step);
        bool empty = rows.taps * columns.taps == 0;
        if (rows.pixels * columns.pixels == 0 || (empty && accumulate)) continue;
        double terms = (double)(rows.taps * columns.taps * conv->k);
        const struct vp_convolution z = {.n = conv->n,
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
                                         .flops = 2.0 * (double)(conv->n * rows.pixels * columns.pixels) * terms *
                                                  (double)conv->c,
                                         .label = "conv2d bwd data"};
        emit(tape, &variant->tile, &z);
    }
}

static void emit_tile(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                      const struct vp_bind *bind, bool accumulate) {
    emit_all(tape, conv, variant, bind, accumulate, vp_emit_conv_tile);
}

static void one_on_lanes(struct vp_tape *tape, const struct vp_conv_tile *tile, const struct vp_convolution *conv) {
    (void)tile;
    vp_emit_conv_lanes(tape, conv);
}
static void emit_lanes(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                       const struct vp_bind *bind, bool accumulate) {
    emit_all(tape, conv, variant, bind, accumulate, one_on_lanes);
}

static void one_by_winograd(struct vp_tape *tape, const struct vp_conv_tile *tile, const struct vp_convolution *conv) {
    (void)tile;
    vp_emit_winograd(tape, conv);
}
static void emit_winograd(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                          const struct vp_bind *bind, bool accumulate) {
    emit_all(tape, conv, variant, bind, accumulate, one_by_winograd);
}

static bool tile_fits(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                      const struct conv2d_variant *variant) {
    (void)tape, (void)pass;
    int64_t parities = conv->desc.stride * conv->desc.stride;
    return vp_conv_tile_fits(&variant->tile, conv->n * conv->h * conv->w / parities, conv->k, conv->c);
}

/* As a convolution of dy. */
static struct conv2d_pass pass_of(const struct conv2d *z) {
    return (struct conv2d_pass){
        "bwd data", {CONV2D_WINOGRAD_IMAGES, z->h, z->w, z->k, z->c, z->r, z->s, z->desc.stride}, z->x_element == 4};
}

static const struct conv2d_variant backward_data[] = {
    {{"winograd_product", 0, 0, 0}, vp_conv2d_winograd_lanes_fit, emit_winograd},
    {{"winograd_quads.c4", 0, 0, 0}, vp_conv2d_winograd_quads_fit, emit_winograd},
    {{"conv2d_lanes.x4y4buffer", 0, 0, 0}, vp_conv2d_lanes_fit, emit_lanes},
    {{"conv2d_tile.mk128x128", 128, 128, 256}, tile_fits, emit_tile},
    {{"conv2d_tile.mk64x64", 64, 64, 64}, tile_fits, emit_tile},
    {{"conv2d_tile.k128x128", 128, 128, 0}, tile_fits, emit_tile},
    {{"conv2d_tile.k128x64", 128, 64, 0}, tile_fits, emit_tile},
    {{"conv2d_tile.k64x64", 64, 64, 0}, tile_fits, emit_tile},
    {{"winograd_input", 0, 0, 0}, vp_conv2d_winograd_tiles_fit, emit_winograd},
    {{"conv2d_tile", 64, 64, 0}, NULL, emit_tile},
};

void vp_conv2d_emit_bwd_data(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind,
                             bool accumulate) {
    const struct conv2d_pass pass = pass_of(conv);
    const struct conv2d_variant *variant = vp_conv2d_choose(tape, conv, &pass, backward_data, VP_COUNT(backward_data));
    variant->emit(tape, conv, variant, bind, accumulate);
}
