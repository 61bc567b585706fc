#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d backward-data as implicit GEMM: rows m = input pixels (n,h,w), columns = input channels c, depth = taps (r,s,k).
// dy (n,p,q,k), w (k,r,s,c), dx (n,h,w,c). A workgroup owns 64 pixels x 64 channels: groups (pixels, channels).
#include "conv2d/conv2d_args.h"
#include "common/gemm.glsl"
layout(binding = 0) readonly buffer DY { float dy[]; };
layout(binding = 1) readonly buffer W { float weight[]; };
layout(binding = 2) buffer DX { float dx[]; };

float a_at(uint pixel, uint tap) {
    uint image = pixel / (h * w), at = pixel % (h * w);
    uint channel = tap % k, rs = tap / k;
    // p * stride = h + pad - r: only rows and columns the stride divides have an output behind them.
    int row = int(at / w + pad) - int(rs / s), column = int(at % w + pad) - int(rs % s);
    if (row < 0 || column < 0) return 0.0;
    uint up = uint(row) / stride, uq = uint(column) / stride;
    if (up * stride != uint(row) || uq * stride != uint(column) || up >= p || uq >= q) return 0.0;
    return dy[((image * p + up) * q + uq) * k + channel];
}

float b_at(uint tap, uint channel) { return weight[((tap % k) * r * s + tap / k) * c + channel]; }

void main() {
    uint m0 = gl_WorkGroupID.x * GEMM_BM, n0 = gl_WorkGroupID.y * GEMM_BN, pixels = n * h * w;
    float acc[GEMM_TM][GEMM_TN];
    gemm_tile(m0, n0, 0, pixels, c, r * s * k, acc);
    for (uint i = 0; i < GEMM_TM; i++)
        for (uint j = 0; j < GEMM_TN; j++) {
            uint pixel = m0 + gemm_row(i), channel = n0 + gemm_column(j);
            if (pixel >= pixels || channel >= c) continue;
            uint at = pixel * c + channel;
            dx[at] = accumulate != 0 ? dx[at] + acc[i][j] : acc[i][j];
        }
}
