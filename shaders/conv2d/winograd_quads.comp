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
// lanes' tiles in its four permutations. A lane owns 8 tiles and 32 channels: sum[side][4 * e + i] of lane l belongs to channel
// 16 * side + 4 * (l ^ i) + e. The driver carries so many sums slowly, but smaller tiles fetch more: 4 tiles and 16 channels
// take a third longer.
//
// A workgroup is one subgroup and owns 32 tiles; a round takes 4 * FOURS input channels. v and m (element, 32 tiles, 4
// channels, tile of the 32), u (element, 32 channels k, c, k of the 32). Groups: (k / 32, tiles / 32, elements).
//
// Filter gradients have no such kernel: tried, it gained a tenth over conv2d_bwd_filter_quads at best.
//!variants-only
//!variant c8 -DFOURS=2
//!variant c4 -DFOURS=1
#include "conv2d/winograd_product_args.h"
#define LANES 4
#define ITEMS 8
#define TILES 8
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
    const int wide = k_blocks, block = int(gl_WorkGroupID.y), k_block = int(gl_WorkGroupID.x);
    int v_at = (element * blocks + block) * depth * ITEMS + lane, u_at = (element * wide + k_block) * depth * ITEMS + lane;
    float sum[2][16][TILES];
    [[unroll]] for (int side = 0; side < 2; side++)
        [[unroll]] for (int channel = 0; channel < 16; channel++)
            [[unroll]] for (int t = 0; t < TILES; t++) sum[side][channel][t] = 0.0;
    [[dont_unroll]] for (int turn = 0; turn < rounds; turn++) {
        float weight[2][16][DEPTH];
        [[unroll]] for (int d = 0; d < DEPTH; d++)
            [[unroll]] for (int side = 0; side < 2; side++) {
                const vec4 loaded = texelFetch(u, u_at + ITEMS * d + LANES * side);
                [[unroll]] for (int channel = 0; channel < 16; channel++)
                    weight[side][channel][d] = permuted(loaded[channel / 4], channel % 4);
            }
        // What a tile needs is fetched right before its products: the compiler keeps that in registers, weights and sums not.
        [[unroll]] for (int t = 0; t < TILES; t++) {
            float own[DEPTH];
            [[unroll]] for (int f = 0; f < FOURS; f++) {
                const vec4 loaded = texelFetch(v, v_at + LANES * t + 4 * ITEMS * f);
                [[unroll]] for (int e = 0; e < 4; e++) own[4 * f + e] = loaded[e];
            }
            [[unroll]] for (int side = 0; side < 2; side++)
                [[unroll]] for (int channel = 0; channel < 16; channel++)
                    [[unroll]] for (int d = 0; d < DEPTH; d++) sum[side][channel][t] += own[d] * weight[side][channel][d];
        }
        v_at += DEPTH * ITEMS;
        u_at += DEPTH * ITEMS;
    }
    const int m_at = ((element * blocks + block) * wide + k_block) * (4 * LANES * TILES * 2) + lane;
    [[unroll]] for (int side = 0; side < 2; side++)
        [[unroll]] for (int i = 0; i < 4; i++)
            [[unroll]] for (int t = 0; t < TILES; t++)
                m[m_at + (4 * side + (lane ^ i)) * (LANES * TILES) + t * LANES] =
                    vec4(sum[side][i][t], sum[side][4 + i][t], sum[side][8 + i][t], sum[side][12 + i][t]);
}
