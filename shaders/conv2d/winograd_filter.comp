#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The filter of a Winograd convolution, transformed: u[element][c][k] = G g G^T (conv2d/winograd.glsl) of the 3 x 3 taps
// g = w(k,r,s,c), wherever these lie: turned round and with channels swapped it is the filter of backward-data.
//
// An invocation owns four channels k (a multiple of four) of one c. Groups: (k / 4 * c / 64), flat; k fastest.
//!variant texel -DTEXEL
#define VEC4
#include "common/element.glsl"
#include "common/index.glsl"
#include "conv2d/winograd.glsl"
#include "conv2d/winograd_filter_args.h"
layout(local_size_x = 64) in;
#ifdef TEXEL
layout(binding = 0, r32f) uniform readonly imageBuffer taps;
#define TAP(i) imageLoad(taps, i).x
#else
layout(binding = 0) readonly buffer W { float taps[]; };
#define TAP(i) taps[i]
#endif
layout(binding = 1) writeonly buffer U { vec4 u[]; };

void main() {
    const int item = int(flat_index()), fours = k / 4, channel = item / fours, four = item - channel * fours;
    if (channel >= c) return;
    const int first = base + 4 * four * k_stride + channel * c_stride, next = k_stride, down = r_stride, right = s_stride;
    const int step = element_step, at = four / 8 * block_step + four % 8 + channel * c_step;
    vec4 g[36];
    [[unroll]] for (int i = 0; i < 3; i++)
        [[unroll]] for (int j = 0; j < 3; j++)
            [[unroll]] for (int e = 0; e < 4; e++) g[6 * i + j][e] = TAP(first + i * down + j * right + e * next);
    [[unroll]] for (int i = 0; i < 3; i++)
        winograd_filter(g[6 * i], g[6 * i + 1], g[6 * i + 2], g[6 * i + 3], g[6 * i + 4], g[6 * i + 5]);
    [[unroll]] for (int j = 0; j < 6; j++) {
        winograd_filter(g[j], g[6 + j], g[12 + j], g[18 + j], g[24 + j], g[30 + j]);
        [[unroll]] for (int i = 0; i < 6; i++) u[at + (6 * i + j) * step] = g[6 * i + j];
    }
}
