#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd convolution, first pass: the tiles of x under 4 x 4 outputs, transformed to 6 x 6 elements (B^T d B of
// conv2d/winograd.glsl). Tiles beyond the last one, which round their number up to 32, become zeros.
//
// x (n,h,w,c). An invocation owns one tile of one channel item. Groups: (c / 2^channel_bits, tiles / 2^(5 - channel_bits)).
//
// gradient: tiles of 4 x 4 of dy instead, transformed by A: the other factor of a filter's gradient.
//!variant texel -DTEXEL
//!variant v4 -DVEC4
//!variant gradient -DGRADIENT
//!variant gradient_texel -DGRADIENT -DTEXEL
#include "common/element.glsl"
#include "conv2d/winograd.glsl"
#include "conv2d/winograd_tiles.glsl"
READ(0, x);
layout(std430, binding = 1) writeonly buffer V { ITEM v[]; };
#ifdef GRADIENT
#define EDGE 4
#else
#define EDGE 6
#endif

void main() {
    const place z = find_place();
    if (z.channel >= c) return;
    const int height = h, width = w, items = c, step = element_step;
    const int first_row = z.row - pad, first_column = z.column - pad;
    ITEM d[36];
    [[unroll]] for (int i = 0; i < EDGE; i++) {
        const int row = first_row + i, limit = z.exists && uint(row) < uint(height) ? width : 0;
        const int line = ((z.image * height + row) * width + first_column) * items + z.channel;
        [[unroll]] for (int j = 0; j < EDGE; j++) {
            const bool inside = uint(first_column + j) < uint(limit);
            const ITEM value = AT(x, inside ? line + j * items : 0);
            d[i * 6 + j] = inside ? value : ITEM(0.0);
        }
    }
    [[unroll]] for (int i = 0; i < EDGE; i++) {
#ifdef GRADIENT
        winograd_gradient(d[6 * i], d[6 * i + 1], d[6 * i + 2], d[6 * i + 3], d[6 * i + 4], d[6 * i + 5]);
#else
        winograd_input(d[6 * i], d[6 * i + 1], d[6 * i + 2], d[6 * i + 3], d[6 * i + 4], d[6 * i + 5]);
#endif
    }
    [[unroll]] for (int j = 0; j < 6; j++) {
#ifdef GRADIENT
        winograd_gradient(d[j], d[6 + j], d[12 + j], d[18 + j], d[24 + j], d[30 + j]);
#else
        winograd_input(d[j], d[6 + j], d[12 + j], d[18 + j], d[24 + j], d[30 + j]);
#endif
        [[unroll]] for (int i = 0; i < 6; i++) v[z.at + (6 * i + j) * step] = d[6 * i + j];
    }
}
