/* conv2d forward: its variants. */
#include "ops/conv2d_internal.h"
#include "ops/conv_lanes.h"
#include "ops/conv_tile.h"

static struct vp_convolution as_convolution(const struct conv2d *conv, const struct vp_bind *bind) {
    return (struct vp_convolution){.n = conv->n,
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
                                   .slope = conv->desc.slope,
                                   .x = bind[0],
                                   .filter = bind[1],
                                   .bias = bind[2],
                                   .y = bind[3],
                                   .flops = vp_conv2d_flops(conv, conv->n),
                                   .label = "conv2d fwd"};
}

static bool tile_fits(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                      const struct conv2d_variant *variant) {
    (void)tape, (void)pass;
    return vp_conv_tile_fits(&variant->tile, conv->n * conv->p * conv->q, conv->c, conv->k);
}

static struct conv2d_pass pass_of(const struct conv2d *z) {
    return (struct conv2d_pass){
        "fwd", {CONV2D_WINOGRAD_IMAGES, z->p, z->q, z->c, z->k, z->r, z->s, z->desc.stride}, z->y_element == 4};
}

static void emit(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                 const struct vp_bind *bind, bool accumulate) {
    (void)accumulate;
    const struct vp_convolution z = as_convolution(conv, bind);
    if (variant->tile.pixels)
        vp_emit_conv_tile(tape, &variant->tile, &z);
    else
        vp_emit_conv_lanes(tape, &z);
}

static void emit_winograd(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                          const struct vp_bind *bind, bool accumulate) {
    (void)variant, (void)accumulate;
    const struct vp_convolution z = as_convolution(conv, bind);
    vp_emit_winograd(tape, &z);
}

static const struct conv2d_variant forward[] = {
    {{"winograd_product", 0, 0, 0}, vp_conv2d_winograd_lanes_fit, emit_winograd},
    {{"winograd_quads.c4", 0, 0, 0}, vp_conv2d_winograd_quads_fit, emit_winograd},
    {{"conv2d_lanes.x4y4buffer", 0, 0, 0}, vp_conv2d_lanes_fit, emit},
    {{"conv2d_tile.c256x4", 256, 4, 0}, tile_fits, emit},
    {{"conv2d_tile.mc128x128", 128, 128, 256}, tile_fits, emit},
    {{"conv2d_tile.mc64x64", 64, 64, 64}, tile_fits, emit},
    {{"conv2d_tile.c128x128", 128, 128, 0}, tile_fits, emit},
    {{"conv2d_tile.c128x64", 128, 64, 0}, tile_fits, emit},
    {{"conv2d_tile.c64x64", 64, 64, 0}, tile_fits, emit},
    {{"winograd_input", 0, 0, 0}, vp_conv2d_winograd_tiles_fit, emit_winograd},
    {{"conv2d_tile", 64, 64, 0}, NULL, emit},
};

void vp_conv2d_emit_fwd(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind) {
    const struct conv2d_pass pass = pass_of(conv);
    const struct conv2d_variant *variant = vp_conv2d_choose(tape, conv, &pass, forward, VP_COUNT(forward));
    variant->emit(tape, conv, variant, bind, false);
}
