#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_quad : require
// The products of winograd_product for software devices with subgroups of 4 lanes, on the same arrays:
//
//   m[element][tile][k] = sum_c v[element][tile][c] * u[element][c][k]
//
// Built like conv2d_quads, which says why: texel fetches, and a register of four channels of u, one in each lane, meets all
// lanes' tiles in its four permutations. sum[4 * e + i] of lane l belongs to channel 4 * (l ^ i) + e. A lane owns 4 tiles: the
// driver's compiler multiplies half as fast where 128 sums are carried as where 64 are.
//
// A workgroup is one subgroup and owns 16 tiles and 16 channels k; a round takes 4 * FOURS input channels. v and m (element,
// 32 tiles, 4 channels, tile of the 32), u (element, 32 channels k, c, k of the 32). Groups: (k / 16, tiles / 16, elements).
//
// gradient: m[element][k][c] (+)= sum_tiles u[element][tile][k] * v[element][tile][c] with u the transformed dy. A workgroup
// owns 16 channels k and 16 channels c; a round takes 4 * FOURS tiles. u and v (element, 32 channels, tile, channel of the 32),
// m (element, k, c). Groups: (k / 16, c / 16, elements).
//!variants-only
//!variant c16 -DFOURS=4
//!variant c4 -DFOURS=1
//!variant gradient -DFOURS=4 -DGRADIENT
#include "conv2d/winograd_product_args.h"
#define LANES 4
#define ITEMS 8
#define TILES 4
#define CHANNELS 16
#define DEPTH (4 * FOURS)
layout(local_size_x = LANES) in;
layout(binding = 0) uniform textureBuffer v;
layout(binding = 1) uniform textureBuffer u;
layout(binding = 2) buffer M { vec4 m[]; };

float permuted(float value, int i) {
    return i == 0   ? value
           : i == 1 ? subgroupQuadSwapHorizontal(value)
           : i == 2 ? subgroupQuadSwapVertical(value)
                    : subgroupQuadSwapDiagonal(value);
}

void main() {
    const int lane = int(gl_SubgroupInvocationID), element = int(gl_WorkGroupID.z), rounds = depth / DEPTH;
    const int wide = k_blocks, block = int(gl_WorkGroupID.y) / 2, k_block = int(gl_WorkGroupID.x) / 2;
    const int half_block = int(gl_WorkGroupID.y) % 2, k_half = int(gl_WorkGroupID.x) % 2;
#ifdef GRADIENT
    int v_at = (element * blocks + block) * depth * ITEMS + half_block * LANES + lane;
#else
    int v_at = (element * blocks + block) * depth * ITEMS + half_block * (TILES * LANES) + lane;
#endif
    int u_at = (element * wide + k_block) * depth * ITEMS + k_half * LANES + lane;
    float sum[CHANNELS][TILES];
    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
        [[unroll]] for (int t = 0; t < TILES; t++) sum[channel][t] = 0.0;
    [[dont_unroll]] for (int turn = 0; turn < rounds; turn++) {
        float weight[CHANNELS][DEPTH], own[TILES][DEPTH];
        [[unroll]] for (int d = 0; d < DEPTH; d++) {
            const vec4 loaded = texelFetch(u, u_at + ITEMS * d);
            [[unroll]] for (int channel = 0; channel < CHANNELS; channel++) weight[channel][d] = permuted(loaded[channel / 4], channel % 4);
        }
#ifdef GRADIENT
        [[unroll]] for (int d = 0; d < DEPTH; d++) {
            const vec4 loaded = texelFetch(v, v_at + ITEMS * d);
            [[unroll]] for (int t = 0; t < TILES; t++) own[t][d] = loaded[t];
        }
        [[unroll]] for (int t = 0; t < TILES; t++)
            [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
                [[unroll]] for (int d = 0; d < DEPTH; d++) sum[channel][t] += own[t][d] * weight[channel][d];
#else
        [[unroll]] for (int t = 0; t < TILES; t++) {
            [[unroll]] for (int f = 0; f < FOURS; f++) {
                const vec4 loaded = texelFetch(v, v_at + t * LANES + f * (4 * ITEMS));
                [[unroll]] for (int e = 0; e < 4; e++) own[t][4 * f + e] = loaded[e];
            }
            [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
                [[unroll]] for (int d = 0; d < DEPTH; d++) sum[channel][t] += own[t][d] * weight[channel][d];
        }
#endif
        v_at += DEPTH * ITEMS;
        u_at += DEPTH * ITEMS;
    }
#ifdef GRADIENT
    const int fours = c / 4, four = block * ITEMS + half_block * LANES + lane, adds = accumulate, k_all = k;
    if (four >= fours) return;
    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++) {
        const int at_k = k_block * 32 + k_half * 16 + 4 * (lane ^ (channel % 4)) + channel / 4;
        if (at_k < k_all) {
            const int at = (element * k_all + at_k) * fours + four;
            const vec4 value = vec4(sum[channel][0], sum[channel][1], sum[channel][2], sum[channel][3]);
            m[at] = adds != 0 ? m[at] + value : value;
        }
    }
#else
    const int m_at = ((element * blocks + block) * wide + k_block) * 256 + k_half * 128 + half_block * (TILES * LANES) + lane;
    [[unroll]] for (int i = 0; i < 4; i++)
        [[unroll]] for (int t = 0; t < TILES; t++)
            m[m_at + (lane ^ i) * 32 + t * LANES] = vec4(sum[i][t], sum[4 + i][t], sum[8 + i][t], sum[12 + i][t]);
#endif
}
