/* Layouts of transformed tiles, groups of images, and the launches of a transform. */
#include "ops/winograd_tiles.h"
#include "ops/winograd_quads.h"

struct vp_winograd_tiling vp_winograd_tiling(int64_t images, int64_t p, int64_t q) {
    int64_t high = (p + 3) / 4, wide = (q + 3) / 4;
    return (struct vp_winograd_tiling){images, high, wide, vp_winograd_padded(images * high * wide)};
}

int64_t vp_winograd_images_at_once(int64_t images, int64_t p, int64_t q, int64_t channels, int64_t most_bytes) {
    int64_t image_bytes = 4 * VP_WINOGRAD_ELEMENTS * ((p + 3) / 4 * ((q + 3) / 4)) * channels;
    int64_t most = most_bytes / image_bytes;
    if (most < 1) return 1;
    int64_t groups = (images + most - 1) / most;
    return (images + groups - 1) / groups;
}

int64_t vp_winograd_largest_piece(const struct vp_tape *tape, int64_t n, const uint64_t bytes[2], int64_t most) {
    int64_t largest = 0;
    for (int64_t first = 0, piece; (piece = vp_piece_most(tape, n, first, bytes, 2, most)) > 0; first += piece)
        if (piece > largest) largest = piece;
    return largest;
}

/* Neighbouring invocations take neighbouring channels, where images and most arrays are contiguous. */
struct vp_winograd_layout vp_winograd_by_tile(int64_t channels, int64_t places, int64_t tiles) {
    return (struct vp_winograd_layout){.items = channels / 4,
                                       .places = places / 4,
                                       .tiles = tiles,
                                       .tile_block = VP_WINOGRAD_BLOCK * (places / 4),
                                       .tile = 1,
                                       .channel_block = 8 * VP_WINOGRAD_BLOCK,
                                       .channel = VP_WINOGRAD_BLOCK,
                                       .channel_bits = 3,
                                       .lanes = true};
}

struct vp_winograd_layout vp_winograd_by_channel(int64_t channels, int64_t tiles) {
    return (struct vp_winograd_layout){.items = channels / 4,
                                       .places = vp_winograd_padded(channels) / 4,
                                       .tiles = tiles,
                                       .tile_block = VP_WINOGRAD_BLOCK * 8,
                                       .tile = 8,
                                       .channel_block = 8 * tiles,
                                       .channel = 1,
                                       .channel_bits = 3,
                                       .lanes = true};
}

struct vp_winograd_layout vp_winograd_matrices(int64_t channels, int64_t tiles) {
    return (struct vp_winograd_layout){.items = channels,
                                       .places = channels,
                                       .tiles = tiles,
                                       .tile_block = VP_WINOGRAD_BLOCK * channels,
                                       .tile = channels,
                                       .channel_block = 8,
                                       .channel = 1,
                                       .channel_bits = 5};
}

static uint64_t array_bytes(const struct vp_winograd_layout *l) {
    return (l->lanes ? 16 : 4) * (uint64_t)(VP_WINOGRAD_ELEMENTS * l->places * l->tiles);
}

struct vp_slot *vp_winograd_scratch(struct vp_tape *tape, const char *name, const struct vp_winograd_layout *layout) {
    return vp_tape_scratch(tape, name, array_bytes(layout));
}

void vp_emit_winograd_tiles(struct vp_tape *tape, const struct vp_winograd_tiling *tiling,
                            const struct vp_winograd_layout *l, const struct vp_winograd_transform *z) {
    struct winograd_tiles_args args = {.n = (int32_t)tiling->images,
                                       .h = (int32_t)z->h,
                                       .w = (int32_t)z->w,
                                       .c = (int32_t)l->items,
                                       .tiles_h = (int32_t)tiling->high,
                                       .tiles_w = (int32_t)tiling->wide,
                                       .pad = (int32_t)z->pad,
                                       .channel_bits = l->channel_bits,
                                       .element_step = (int32_t)(l->places * l->tiles),
                                       .tile_block_step = (int32_t)l->tile_block,
                                       .tile_step = (int32_t)l->tile,
                                       .channel_block_step = (int32_t)l->channel_block,
                                       .channel_step = (int32_t)l->channel,
                                       .has_bias = z->bias.slot != NULL,
                                       .accumulate = z->accumulate,
                                       .slope = z->slope};
    vp_emit(tape,
            &(struct vp_launch){.kernel = !l->lanes                 ? z->kernel
                                          : vp_winograd_quads(tape) ? z->four_kernel
                                                                    : z->texel_kernel,
                                .bind = {z->from, z->to, z->bias.slot ? z->bias : z->from},
                                VP_PUSH(args),
                                .groups = {vp_div_up((uint64_t)l->items, 1u << l->channel_bits),
                                           (uint32_t)(l->tiles * (1 << l->channel_bits) / VP_WINOGRAD_BLOCK)},
                                .bytes = (double)array_bytes(l) +
                                         (l->lanes ? 16.0 : 4.0) * (double)(tiling->images * z->h * z->w * l->items),
                                .label = z->label});
}
