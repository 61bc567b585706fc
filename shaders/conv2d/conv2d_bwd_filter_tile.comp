#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d backward-filter on the tile engine, for channels in fours: rows m = output channels k, columns = input channels c
// of one tap (r,s), depth = output pixels in rounds of 16.
// The pixels are cut into `splits` runs; each writes its own partial sums: part (split, k, r*s*c), added in order by
// sum_partials. Groups (taps * channel tiles, output channel tiles, splits).
//!variants-only
//!variant t64 -DTILE_M=64 -DTILE_N=64
//!variant t128 -DTILE_M=128 -DTILE_N=128
#include "conv2d/conv2d_args.h"
#include "common/tile.glsl"
layout(binding = 0) readonly buffer DY { vec4 dy[]; };
layout(binding = 1) readonly buffer X { vec4 x[]; };
layout(binding = 2) writeonly buffer PART { vec4 part[]; };

uint pixel_begin() { return gl_WorkGroupID.z * pixels_per_split; }
uint pixel_end() { return min(pixel_begin() + pixels_per_split, n * p * q); }
uint column_tiles() { return (c + TILE_N - 1) / TILE_N; }
uint first_column() { return gl_WorkGroupID.x % column_tiles() * TILE_N; }

vec4 a_fetch(uint word, uint round) {
    uint pixel = pixel_begin() + round * TILE_DEPTH + tile_line(word, TILE_M);
    uint channel = gl_WorkGroupID.y * TILE_M + tile_quad(word, TILE_M);
    return pixel < pixel_end() && channel < k ? dy[(pixel * k + channel) / 4] : vec4(0.0);
}

vec4 b_fetch(uint word, uint round) {
    uint pixel = pixel_begin() + round * TILE_DEPTH + tile_line(word, TILE_N), tap = gl_WorkGroupID.x / column_tiles();
    uint channel = first_column() + tile_quad(word, TILE_N);
    uint image = pixel / (p * q), at = pixel % (p * q);
    int row = int(at / q * stride + tap / s) - int(pad), column = int(at % q * stride + tap % s) - int(pad);
    bool inside = pixel < pixel_end() && channel < c && row >= 0 && row < int(h) && column >= 0 && column < int(w);
    return inside ? x[(((image * h + uint(row)) * w + uint(column)) * c + channel) / 4] : vec4(0.0);
}

void main() {
    vec4 sum[8][2];
    uint begin = pixel_begin(), end = pixel_end(), tap = gl_WorkGroupID.x / column_tiles();
    tile_product((max(end, begin) - begin + TILE_DEPTH - 1) / TILE_DEPTH, sum);
    [[unroll]] for (uint i = 0; i < 8; i++) {
        uint row = gl_WorkGroupID.y * TILE_M + tile_row(i);
        if (row >= k) continue;
        [[unroll]] for (uint run = 0; run < 2; run++) {
            uint channel = first_column() + tile_column(run);
            if (channel < c)
                part[((((first_split + gl_WorkGroupID.z) * k + row) * r * s + tap) * c + channel) / 4] = sum[i][run];
        }
    }
}
