#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d forward on the tile engine, for channels in fours: rows m = output pixels (n,p,q), columns = output channels k,
// depth = taps (r,s) and, within a tap, input channels c in rounds of 16.
// x (n,h,w,c), w (k,r,s,c), b (k), y (n,p,q,k). Groups (pixel tiles, channel tiles).
//!variants-only
//!variant t64 -DTILE_M=64 -DTILE_N=64
//!variant t128 -DTILE_M=128 -DTILE_N=128
#include "conv2d/conv2d_args.h"
#define TILE_A_DEPTH_FIRST
#define TILE_B_DEPTH_FIRST
#include "common/tile.glsl"
layout(binding = 0) readonly buffer X { vec4 x[]; };
layout(binding = 1) readonly buffer W { vec4 weight[]; };
layout(binding = 2) readonly buffer B { vec4 bias[]; };
layout(binding = 3) writeonly buffer Y { vec4 y[]; };

// Where the pixels of this invocation's words lie: the image, and row and column of the tap (0, 0).
ivec3 pixel_at[TILE_A_WORDS];

void find_pixels() {
    [[unroll]] for (uint word = 0; word < TILE_A_WORDS; word++) {
        uint pixel = gl_WorkGroupID.x * TILE_M + tile_line(word, TILE_DEPTH), image = pixel / (p * q), at = pixel % (p * q);
        pixel_at[word] = ivec3(image < n ? image : n, int(at / q * stride) - int(pad), int(at % q * stride) - int(pad));
    }
}

vec4 a_fetch(uint word, uint round) {
    uint chunks = (c + TILE_DEPTH - 1) / TILE_DEPTH, tap = round / chunks;
    uint channel = round % chunks * TILE_DEPTH + tile_quad(word, TILE_DEPTH);
    ivec3 at = pixel_at[word] + ivec3(0, tap / s, tap % s);
    bool inside = at.x < int(n) && at.y >= 0 && at.y < int(h) && at.z >= 0 && at.z < int(w) && channel < c;
    return inside ? x[(((uint(at.x) * h + uint(at.y)) * w + uint(at.z)) * c + channel) / 4] : vec4(0.0);
}

vec4 b_fetch(uint word, uint round) {
    uint chunks = (c + TILE_DEPTH - 1) / TILE_DEPTH, tap = round / chunks;
    uint channel = round % chunks * TILE_DEPTH + tile_quad(word, TILE_DEPTH);
    uint column = gl_WorkGroupID.y * TILE_N + tile_line(word, TILE_DEPTH);
    return column < k && channel < c ? weight[((column * r * s + tap) * c + channel) / 4] : vec4(0.0);
}

void main() {
    vec4 sum[8][2];
    find_pixels();
    tile_product(r * s * ((c + TILE_DEPTH - 1) / TILE_DEPTH), sum);
    [[unroll]] for (uint i = 0; i < 8; i++) {
        uint pixel = gl_WorkGroupID.x * TILE_M + tile_row(i);
        if (pixel >= n * p * q) continue;
        [[unroll]] for (uint run = 0; run < 2; run++) {
            uint channel = gl_WorkGroupID.y * TILE_N + tile_column(run);
            if (channel >= k) continue;
            vec4 value = sum[i][run] + (has_bias != 0 ? bias[channel / 4] : vec4(0.0));
            y[(pixel * k + channel) / 4] = mix(slope * value, value, greaterThan(value, vec4(0.0)));
        }
    }
}
