#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d backward-filter as implicit GEMM: rows m = output channels k, columns = taps (r,s,c), depth = output pixels.
// The pixels are cut into `splits` runs; each writes its own partial sums: part (split, k, r*s*c), added in order by
// sum_partials. A workgroup owns 64 channels x 64 taps of one split: groups (taps, channels, splits).
#include "conv2d/conv2d_args.h"
#define GEMM_A_M_FIRST
#include "common/gemm.glsl"
layout(binding = 0) readonly buffer DY { float dy[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer PART { float part[]; };

float a_at(uint channel, uint pixel) { return dy[pixel * k + channel]; }

float b_at(uint pixel, uint tap) {
    uint image = pixel / (p * q), at = pixel % (p * q);
    uint channel = tap % c, rs = tap / c;
    int row = int(at / q * stride + rs / s) - int(pad), column = int(at % q * stride + rs % s) - int(pad);
    if (row < 0 || row >= int(h) || column < 0 || column >= int(w)) return 0.0;
    return x[((image * h + uint(row)) * w + uint(column)) * c + channel];
}

void main() {
    uint m0 = gl_WorkGroupID.y * GEMM_BM, n0 = gl_WorkGroupID.x * GEMM_BN, split = gl_WorkGroupID.z;
    uint taps = r * s * c, begin = split * pixels_per_split, end = min(begin + pixels_per_split, n * p * q);
    float acc[GEMM_TM][GEMM_TN];
    gemm_tile(m0, n0, begin, k, taps, end, acc);
    for (uint i = 0; i < GEMM_TM; i++)
        for (uint j = 0; j < GEMM_TN; j++) {
            uint channel = m0 + gemm_row(i), tap = n0 + gemm_column(j);
            if (channel < k && tap < taps) part[((first_split + split) * k + channel) * taps + tap] = acc[i][j];
        }
}
