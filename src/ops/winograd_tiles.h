/* What the convolution and the filter's gradient share: transformed tiles, their layouts, and the launches that make
 * them. */
#ifndef VKPCL_OPS_WINOGRAD_TILES_H
#define VKPCL_OPS_WINOGRAD_TILES_H
#include "conv2d/winograd_tiles_args.h"
#include "vkpcl/tape.h"

enum {
    VP_WINOGRAD_ELEMENTS = 36, /* of a transformed tile */
    VP_WINOGRAD_BLOCK = 32     /* numbers of tiles are rounded up to it, as are, across lanes, numbers of channels */
};
static inline int64_t vp_winograd_padded(int64_t count) {
    return (count + VP_WINOGRAD_BLOCK - 1) / VP_WINOGRAD_BLOCK * VP_WINOGRAD_BLOCK;
}

/* The tiles of 4x4 outputs of some images. */
struct vp_winograd_tiling {
    int64_t images, high, wide; /* tiles_h, tiles_w of an image */
    int64_t tiles;              /* of all images, padded */
};
struct vp_winograd_tiling vp_winograd_tiling(int64_t images, int64_t p, int64_t q);
/* The largest of the pieces that vp_piece_most makes of n images. */
int64_t vp_winograd_largest_piece(const struct vp_tape *tape, int64_t n, const uint64_t bytes[2], int64_t most);
/* Images whose transformed tiles take `most_bytes`, cut so that all groups are about the same; at least one. */
int64_t vp_winograd_images_at_once(int64_t images, int64_t p, int64_t q, int64_t channels, int64_t most_bytes);

/* Where element, tile and channel lie in a transformed array, in items. */
struct vp_winograd_layout {
    int64_t items, places; /* channel items that exist; that have a place */
    int64_t tiles;
    int64_t tile_block, tile, channel_block, channel; /* steps, as in winograd_tiles_args.h */
    int channel_bits;
    bool lanes; /* items are vec4, else floats */
};
/* (element, 32 tiles, channel item, tile of the 32): a subgroup of the product reads and writes neighbouring tiles.
 * places: channels that have a place. */
struct vp_winograd_layout vp_winograd_by_tile(int64_t channels, int64_t places, int64_t tiles);
/* (element, 32 channels, tile, channel item of the 32): ... or neighbouring channels. */
struct vp_winograd_layout vp_winograd_by_channel(int64_t channels, int64_t tiles);
/* (element, tile, channel), in floats: matrices. */
struct vp_winograd_layout vp_winograd_matrices(int64_t channels, int64_t tiles);
struct vp_slot *vp_winograd_scratch(struct vp_tape *tape, const char *name, const struct vp_winograd_layout *layout);

/* One transform: images (n,h,w) to an array of elements or back. The kernel is `kernel`, or across lanes the one that
 * reads texels; within quads the one that reads fours of a buffer. bias: of the output; slot may be NULL. */
struct vp_winograd_transform {
    const char *kernel, *texel_kernel, *four_kernel, *label;
    int64_t h, w, pad; /* of the images */
    struct vp_bind from, to, bias;
    bool accumulate;
    float slope;
};
void vp_emit_winograd_tiles(struct vp_tape *tape, const struct vp_winograd_tiling *tiling,
                            const struct vp_winograd_layout *layout, const struct vp_winograd_transform *transform);

#endif
