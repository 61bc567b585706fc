#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// Winograd convolution on software devices, the 36 products of matrices, one for each element of a tile:
//
//   m[element][tile][k] = sum_c v[element][tile][c] * u[element][c][k]
//
// A workgroup is one subgroup of 8 lanes. A lane owns 4 tiles and 32 output channels; a round takes 4 input channels. A load
// costs dozens of multiply-adds: a loaded vec4 of v serves 32 channels, a loaded vec4 of u, handed to all lanes, 32 tiles.
// Both lie in the order in which they are read (src/ops/winograd.c): v and m (element, 32 tiles, 4 channels, tile of the 32),
// u (element, 32 channels k, c, k of the 32). Groups: (k / 32 * tiles / 32, 36).
//
// gradient: m[element][k][c] (+)= sum_tiles u[element][tile][k] * v[element][tile][c] with u the transformed dy. A lane owns 4
// channels c and 32 channels k; a round takes 4 tiles. u and v (element, 32 channels, tile, channel of the 32), m (element, k, c).
// Groups: (k / 32 * c / 32, 36).
//!variant gradient -DGRADIENT
#include "conv2d/winograd_product_args.h"
#define LANES 8
#ifdef GRADIENT
#define OWN(t, e) own[e][t]
#else
#define OWN(t, e) own[t][e]
#endif
layout(local_size_x = LANES) in;
layout(binding = 0, rgba32f) uniform readonly imageBuffer v;
layout(binding = 1, rgba32f) uniform readonly imageBuffer u;
layout(binding = 2) buffer M { vec4 m[]; };

void main() {
    const int lane = int(gl_SubgroupInvocationID), element = int(gl_WorkGroupID.y), item = int(gl_WorkGroupID.x);
    const int wide = k_blocks, rounds = depth / 4, block = item / wide, k_block = item - block * wide;
    int v_at = (element * blocks + block) * depth * LANES + lane, u_at = (element * wide + k_block) * depth * LANES + lane;
    float sum[32][4];
    [[unroll]] for (int channel = 0; channel < 32; channel++)
        [[unroll]] for (int t = 0; t < 4; t++) sum[channel][t] = 0.0;
    [[dont_unroll]] for (int turn = 0; turn < rounds; turn++) {
        vec4 own[4], handed[4];
        [[unroll]] for (int i = 0; i < 4; i++) own[i] = imageLoad(v, v_at + i * LANES);
        [[unroll]] for (int i = 0; i < 4; i++) handed[i] = imageLoad(u, u_at + i * LANES);
        [[unroll]] for (int channel = 0; channel < 32; channel++)
            [[unroll]] for (int e = 0; e < 4; e++) {
                const float value = subgroupShuffle(handed[e][channel & 3], channel / 4);
                [[unroll]] for (int t = 0; t < 4; t++) sum[channel][t] += value * OWN(t, e);
            }
        v_at += 4 * LANES;
        u_at += 4 * LANES;
    }
#ifdef GRADIENT
    const int fours = c / 4, four = block * LANES + lane, first = k_block * 32, k_all = k, adds = accumulate;
    const int m_at = (element * k_all + first) * fours + four;
    if (four >= fours) return;
    [[unroll]] for (int channel = 0; channel < 32; channel++)
        if (first + channel < k_all) {
            const int at = m_at + channel * fours;
            const vec4 value = vec4(sum[channel][0], sum[channel][1], sum[channel][2], sum[channel][3]);
            m[at] = adds != 0 ? m[at] + value : value;
        }
#else
    const int m_at = ((element * blocks + block) * wide + k_block) * (4 * LANES * 8) + lane;
    [[unroll]] for (int channel = 0; channel < 32; channel += 4)
        [[unroll]] for (int t = 0; t < 4; t++)
            m[m_at + (channel + t) * LANES] = vec4(sum[channel][t], sum[channel + 1][t], sum[channel + 2][t], sum[channel + 3][t]);
#endif
}
