#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d backward-filter for GPUs, as implicit GEMM on the tile engine: rows m = output channels k, columns = taps (r,s,c),
// c fastest, depth = output pixels (n,p,q):
//
//   part[split,k,r,s,c] = sum over the pixels of the split: dy[n,p,q,k] * x[n, p*stride+r-pad, q*stride+s-pad, c]
//
// The pixels are cut into `splits` runs, so that there is work for a large device; sum_partials adds the partial sums in
// order. dy (n,p,q,k), x (n,h,w,c). A workgroup owns GEMM_BM channels x GEMM_BN taps of one split: groups (taps, channels,
// splits).
//
// Plain: any channels. x4: four input channels at once (c % 4 == 0), in a tile for few output channels. The others also
// fetch four output channels at once (k % 4 == 0); the numbers are the tile.
//!variant x4 -DX_FOUR -DGEMM_BM=4 -DGEMM_BN=256 -DGEMM_TM=4 -DGEMM_TN=4
//!variant t64x64 -DX_FOUR -DDY_FOUR
//!variant t128x64 -DX_FOUR -DDY_FOUR -DGEMM_BM=128 -DGEMM_BN=64 -DGEMM_TM=8 -DGEMM_TN=4
//!variant t128x128 -DX_FOUR -DDY_FOUR -DGEMM_BM=128 -DGEMM_BN=128 -DGEMM_TM=8 -DGEMM_TN=8
// m: the same tiles on cooperative matrices, from values rounded to half.
//!newer-variant m64x64 -DGEMM_MATRIX -DX_FOUR -DDY_FOUR -DGEMM_BM=64 -DGEMM_BN=64 -DGEMM_TM=8 -DGEMM_TN=8
//!newer-variant m128x128 -DGEMM_MATRIX -DX_FOUR -DDY_FOUR -DGEMM_BM=128 -DGEMM_BN=128 -DGEMM_TM=8 -DGEMM_TN=8
#include "conv2d/conv2d_args.h"
#define GEMM_A_M_RUNS
#define GEMM_B_N_RUNS
#include "common/gemm.glsl"
#include "common/half.glsl"
#ifdef DY_FOUR
FOURS_READ(0, dy);
#else
ONES_READ(0, dy);
#endif
#ifdef X_FOUR
FOURS_READ(1, x);
#else
ONES_READ(1, x);
#endif
layout(binding = 2) writeonly buffer PART { float part[]; };

uint pixel_end; // of the split

vec4 a_four(uint item, uint channel, uint pixel) {
    if (pixel >= pixel_end || channel >= k) return vec4(0.0);
#ifdef DY_FOUR
    return FOUR_AT(dy, (pixel * k + channel) / 4);
#else
    vec4 v;
    [[unroll]] for (uint e = 0; e < 4; e++) v[e] = channel + e < k ? ONE_AT(dy, pixel * k + channel + e) : 0.0;
    return v;
#endif
}

vec4 b_four(uint item, uint tap, uint pixel) {
    if (pixel >= pixel_end || tap >= r * s * c) return vec4(0.0);
    const uint image = pixel / (p * q), at = pixel % (p * q);
    const int row = int(at / q * stride) - int(pad), column = int(at % q * stride) - int(pad);
#ifdef X_FOUR
    const uint rs = tap / c, channel = tap % c;
    const int x_row = row + int(rs / s), x_column = column + int(rs % s);
    if (uint(x_row) >= h || uint(x_column) >= w) return vec4(0.0);
    return FOUR_AT(x, (((image * h + uint(x_row)) * w + uint(x_column)) * c + channel) / 4);
#else
    vec4 v = vec4(0.0);
    [[unroll]] for (uint e = 0; e < 4; e++) {
        const uint rs = (tap + e) / c, channel = (tap + e) % c;
        const int x_row = row + int(rs / s), x_column = column + int(rs % s);
        if (tap + e < r * s * c && uint(x_row) < h && uint(x_column) < w)
            v[e] = ONE_AT(x, ((image * h + uint(x_row)) * w + uint(x_column)) * c + channel);
    }
    return v;
#endif
}

void main() {
    const uint m0 = gl_WorkGroupID.y * GEMM_BM, n0 = gl_WorkGroupID.x * GEMM_BN, split = gl_WorkGroupID.z;
    const uint taps = r * s * c, begin = split * pixels_per_split;
    pixel_end = min(begin + pixels_per_split, n * p * q);
    vec4 sum[GEMM_TM][GEMM_TN / 4];
    gemm_tile(m0, n0, begin, pixel_end, sum);
    [[unroll]] for (uint i = 0; i < GEMM_TM; i++)
        [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++)
            [[unroll]] for (uint e = 0; e < 4; e++) {
                const uint channel = m0 + gemm_row(i), tap = n0 + gemm_column(j) + e;
                if (channel < k && tap < taps) part[((first_split + split) * k + channel) * taps + tap] = sum[i][j][e];
            }
}
