// What winograd_input and winograd_output share: the invocation's tile and channel item, and their places.
#ifndef WINOGRAD_TILES_GLSL
#define WINOGRAD_TILES_GLSL
#include "conv2d/winograd_tiles_args.h"
layout(local_size_x = 32) in;

struct place {
    int image, row, column; // of the tile's first output
    int channel;
    int at; // of its first element in the transformed array
    bool exists; // tiles are padded to a multiple of 32
};

place find_place() {
    place z;
    const int local = int(gl_LocalInvocationID.x), bits = channel_bits;
    z.channel = (int(gl_WorkGroupID.x) << bits) + (local & ((1 << bits) - 1));
    const int tile = (int(gl_WorkGroupID.y) << (5 - bits)) + (local >> bits), columns = tiles_w, of_image = tiles_h * columns;
    // Exact below 2^20 tiles, and a software device divides integers lane by lane.
    z.image = int((float(tile) + 0.5) / float(of_image));
    const int rest = tile - z.image * of_image, line = int((float(rest) + 0.5) / float(columns));
    z.row = 4 * line;
    z.column = 4 * (rest - line * columns);
    z.exists = z.image < n;
    z.at = (tile >> 5) * tile_block_step + (tile & 31) * tile_step + (z.channel >> 3) * channel_block_step + (z.channel & 7) * channel_step;
    return z;
}
#endif
