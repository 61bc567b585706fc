/* conv2d forward: its variants, and how each is cut into launches. */
#include "ops/conv2d_internal.h"
#include "ops/conv_lanes.h"

static void fwd_tile(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                     const struct vp_bind *bind, bool accumulate) {
    (void)accumulate;
    uint64_t bytes[] = {conv2d_in_bytes(conv), conv2d_out_bytes(conv)}, tile = (uint64_t)variant->tile;
    for (int64_t first = 0, n;
         (n = vp_piece_grid(tape, conv->n, first, bytes, 2, conv->p * conv->q, variant->tile)) > 0; first += n) {
        struct conv2d_args args = vp_conv2d_args(conv, n);
        args.has_bias = bind[2].slot != NULL;
        vp_emit(tape,
                &(struct vp_launch){
                    .kernel = variant->kernel,
                    .bind = {vp_bind_rows(bind[0], bytes[0], first, n), bind[1], bind[2].slot ? bind[2] : bind[1],
                             vp_bind_rows(bind[3], bytes[1], first, n)},
                    VP_PUSH(args),
                    .groups = {vp_div_up((uint64_t)(n * conv->p * conv->q), tile), vp_div_up((uint64_t)conv->k, tile)},
                    .flops = vp_conv2d_flops(conv, n),
                    .bytes = (double)(n * (int64_t)(bytes[0] + bytes[1])) + (double)conv2d_filter_bytes(conv),
                    .label = "conv2d fwd"});
    }
}

static bool lanes_fit(const struct vp_tape *tape, const struct conv2d *conv) {
    (void)conv;
    return vp_conv_lanes_wanted(tape);
}

static void fwd_lanes(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                      const struct vp_bind *bind, bool accumulate) {
    (void)variant;
    vp_emit_conv_lanes(tape, &(struct vp_conv_lanes){.n = conv->n,
                                                     .h = conv->h,
                                                     .w = conv->w,
                                                     .c = conv->c,
                                                     .k = conv->k,
                                                     .r = conv->r,
                                                     .s = conv->s,
                                                     .p = conv->p,
                                                     .q = conv->q,
                                                     .stride = conv->desc.stride,
                                                     .pad_h = conv->desc.pad,
                                                     .pad_w = conv->desc.pad,
                                                     .y_h = conv->p,
                                                     .y_w = conv->q,
                                                     .y_step = 1,
                                                     .k_stride = conv->r * conv->s * conv->c,
                                                     .c_stride = 1,
                                                     .r_stride = conv->s * conv->c,
                                                     .s_stride = conv->c,
                                                     .accumulate = accumulate,
                                                     .slope = conv->desc.slope,
                                                     .x = bind[0],
                                                     .filter = bind[1],
                                                     .bias = bind[2],
                                                     .y = bind[3],
                                                     .flops = vp_conv2d_flops(conv, conv->n),
                                                     .label = "conv2d fwd"});
}

static bool t64_fits(const struct vp_tape *tape, const struct conv2d *conv) {
    return vp_conv2d_tile_fits(tape, conv, 64);
}
static bool t128_fits(const struct vp_tape *tape, const struct conv2d *conv) {
    return vp_conv2d_tile_fits(tape, conv, 128);
}
static bool t128_wanted(const struct conv2d *conv) {
    return vp_conv2d_large_tiles(conv->n * conv->p * conv->q, conv->k, 1);
}

static const struct conv2d_variant forward[] = {
    {"conv2d_lanes.x4y4buffer", lanes_fit, fwd_lanes, 0, NULL},
    {"conv2d_fwd_tile.t128", t128_fits, fwd_tile, 128, t128_wanted},
    {"conv2d_fwd_tile.t64", t64_fits, fwd_tile, 64, NULL},
    {"conv2d_fwd", NULL, fwd_tile, 64, NULL},
};

void vp_conv2d_emit_fwd(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind) {
    const struct conv2d_variant *variant = vp_conv2d_choose(tape, conv, forward, VP_COUNT(forward));
    variant->emit(tape, conv, variant, bind, false);
}
