#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d backward-data on the tile engine, for channels in fours: rows m = input pixels, columns = input channels c, depth =
// taps (r,s) and, within a tap, output channels k in rounds of 16.
// dy (n,p,q,k), w (k,r,s,c), dx (n,h,w,c). Groups (pixel tiles, channel tiles, stride * stride): a workgroup's pixels share
// row % stride and column % stride, so that only taps with an output behind them are visited.
//!variants-only
//!variant t64 -DTILE_M=64 -DTILE_N=64
//!variant t128 -DTILE_M=128 -DTILE_N=128
#include "conv2d/conv2d_args.h"
#define TILE_A_DEPTH_FIRST
#include "common/tile.glsl"
layout(binding = 0) readonly buffer DY { vec4 dy[]; };
layout(binding = 1) readonly buffer W { vec4 weight[]; };
layout(binding = 2) buffer DX { vec4 dx[]; };

// Row and column modulo stride, pixels of this kind in an image, and the taps that reach them: the first one and how many.
uvec2 parity() { return uvec2(gl_WorkGroupID.z / stride, gl_WorkGroupID.z % stride); }
uvec2 extent() { return (uvec2(h, w) - parity() + stride - 1) / stride; }
uvec2 first_tap() { return (parity() + pad) % stride; }
uvec2 taps() { return (max(uvec2(r, s), first_tap()) - first_tap() + stride - 1) / stride; }

// The pixels of this invocation's words: the image, and row and column of the output that the first tap reaches.
ivec3 pixel_at[TILE_A_WORDS];

uvec3 pixel_of(uint m) { // image, row and column of dx
    uvec2 size = extent();
    uint image = m / (size.x * size.y), at = m % (size.x * size.y);
    return uvec3(image, at / size.y * stride + parity().x, at % size.y * stride + parity().y);
}

void find_pixels() {
    [[unroll]] for (uint word = 0; word < TILE_A_WORDS; word++) {
        ivec3 pixel = ivec3(pixel_of(gl_WorkGroupID.x * TILE_M + tile_line(word, TILE_DEPTH)));
        pixel_at[word] = ivec3(pixel.x, (pixel.yz + int(pad) - ivec2(first_tap())) / int(stride));
    }
}

vec4 a_fetch(uint word, uint round) {
    uint chunks = (k + TILE_DEPTH - 1) / TILE_DEPTH, tap = round / chunks;
    uint channel = round % chunks * TILE_DEPTH + tile_quad(word, TILE_DEPTH);
    ivec3 at = pixel_at[word] - ivec3(0, tap / taps().y, tap % taps().y);
    bool inside = at.x < int(n) && at.y >= 0 && at.y < int(p) && at.z >= 0 && at.z < int(q) && channel < k;
    return inside ? dy[(((uint(at.x) * p + uint(at.y)) * q + uint(at.z)) * k + channel) / 4] : vec4(0.0);
}

vec4 b_fetch(uint word, uint round) {
    uint chunks = (k + TILE_DEPTH - 1) / TILE_DEPTH, tap = round / chunks;
    uint channel = round % chunks * TILE_DEPTH + tile_line(word, TILE_N);
    uint column = gl_WorkGroupID.y * TILE_N + tile_quad(word, TILE_N);
    uvec2 at = first_tap() + uvec2(tap / taps().y, tap % taps().y) * stride;
    return column < c && channel < k ? weight[(((channel * r + at.x) * s + at.y) * c + column) / 4] : vec4(0.0);
}

void main() {
    vec4 sum[8][2];
    uint rounds = taps().x * taps().y * ((k + TILE_DEPTH - 1) / TILE_DEPTH);
    if (rounds > 0) find_pixels();
    tile_product(rounds, sum);
    [[unroll]] for (uint i = 0; i < 8; i++) {
        uvec3 pixel = pixel_of(gl_WorkGroupID.x * TILE_M + tile_row(i));
        if (pixel.x >= n) continue;
        [[unroll]] for (uint run = 0; run < 2; run++) {
            uint channel = gl_WorkGroupID.y * TILE_N + tile_column(run);
            if (channel >= c) continue;
            uint at = (((pixel.x * h + pixel.y) * w + pixel.z) * c + channel) / 4;
            dx[at] = accumulate != 0 ? dx[at] + sum[i][run] : sum[i][run];
        }
    }
}
