/* Cutting a convolution into launches of the tile engine. */
#include "ops/conv_tile.h"
#include "conv2d/conv2d_tile_args.h"

/* Workgroups below which a large GPU has idle processors: then smaller tiles are better than efficient ones. */
enum { ENOUGH_TILES = 128 };

bool vp_conv_tile_fits(const struct vp_conv_tile *tile, int64_t pixels, int64_t c, int64_t k) {
    bool narrow = tile->channels <= 4, large = tile->pixels * tile->channels > 64 * 64;
    if (c % 4 != 0 || (narrow ? k > 4 : k % 4 != 0)) return false;
    if (narrow || !large) return true;
    uint64_t tiles = (uint64_t)vp_div_up((uint64_t)pixels, tile->pixels) * vp_div_up((uint64_t)k, tile->channels);
    return k >= tile->channels && tiles >= ENOUGH_TILES;
}

bool vp_conv_matrix_usable(const struct vp_tape *tape, const struct vp_conv_tile *tile) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    const uint32_t *shape = caps->coopmat_shape, depth = 16, band = 32; /* of shaders/common/gemm_matrix.glsl */
    if (!vp_tape_half(tape) || !caps->coopmat || shape[0] != shape[1] || shape[0] != shape[2]) return false;
    if (depth % shape[0] != 0 || tile->matrix % caps->subgroup_size != 0) return false;
    uint32_t fragments = tile->pixels / shape[0] * (tile->channels / shape[0]);
    uint32_t halves = (depth + 8) * (tile->pixels + tile->channels); /* the wider of both layouts */
    return fragments % (tile->matrix / caps->subgroup_size) == 0 && caps->max_invocations >= tile->matrix &&
           caps->shared_bytes >= 2 * halves + 4 * band * tile->channels;
}

void vp_conv_matrix_spec(const struct vp_tape *tape, const struct vp_conv_tile *tile, struct vp_launch *launch) {
    if (!tile->matrix) return;
    launch->spec[0] = tile->matrix / vp_tape_caps(tape)->subgroup_size;
    launch->spec[1] = vp_tape_caps(tape)->coopmat_shape[0];
    launch->spec_count = 2;
}

void vp_emit_conv_tile(struct vp_tape *tape, const struct vp_conv_tile *tile, const struct vp_convolution *z) {
    uint64_t bytes[] = {vp_convolution_x_bytes(z), vp_convolution_y_bytes(z)};
    double filter_bytes = 4.0 * (double)(z->k * z->r * z->s * z->c);
    for (int64_t first = 0, n; (n = vp_piece_grid(tape, z->n, first, bytes, 2, z->p * z->q, tile->pixels)) > 0;
         first += n) {
        struct conv2d_tile_args args = {.n = (int32_t)n,
                                        VP_CONVOLUTION_EXTENTS(z),
                                        VP_CONVOLUTION_PLACES(z),
                                        .base = (int32_t)z->base,
                                        .k_stride = (int32_t)z->k_stride,
                                        .c_stride = (int32_t)z->c_stride,
                                        .r_stride = (int32_t)z->r_stride,
                                        .s_stride = (int32_t)z->s_stride,
                                        .has_bias = z->bias.slot != NULL,
                                        .accumulate = z->accumulate,
                                        .slope = z->slope};
        struct vp_launch launch = {
            .kernel = tile->kernel,
            .bind = {vp_bind_rows(z->x, bytes[0], first, n), z->filter, z->bias.slot ? z->bias : z->filter,
                     vp_bind_rows(z->y, bytes[1], first, n)},
            VP_PUSH(args),
            .groups = {vp_div_up((uint64_t)(n * z->p * z->q), tile->pixels), vp_div_up((uint64_t)z->k, tile->channels)},
            .flops = z->flops * (double)n / (double)z->n,
            .bytes = (double)n * (double)(bytes[0] + bytes[1]) + filter_bytes,
            .label = z->label};
        vp_conv_matrix_spec(tape, tile, &launch);
        vp_emit(tape, &launch);
    }
}
