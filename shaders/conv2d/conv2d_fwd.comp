#version 450
#extension GL_GOOGLE_include_directive : require
// conv2d forward as implicit GEMM: rows m = output pixels (n,p,q), columns = output channels k, depth = taps (r,s,c).
// x (n,h,w,c), w (k,r,s,c), b (k), y (n,p,q,k). A workgroup owns 64 pixels x 64 channels: groups (pixels, channels).
#include "conv2d/conv2d_args.h"
#define GEMM_B_K_FIRST
#include "common/gemm.glsl"
layout(binding = 0) readonly buffer X { float x[]; };
layout(binding = 1) readonly buffer W { float weight[]; };
layout(binding = 2) readonly buffer B { float bias[]; };
layout(binding = 3) writeonly buffer Y { float y[]; };

float a_at(uint pixel, uint tap) {
    uint image = pixel / (p * q), at = pixel % (p * q);
    uint channel = tap % c, rs = tap / c;
    int row = int(at / q * stride + rs / s) - int(pad), column = int(at % q * stride + rs % s) - int(pad);
    if (row < 0 || row >= int(h) || column < 0 || column >= int(w)) return 0.0;
    return x[((image * h + uint(row)) * w + uint(column)) * c + channel];
}

float b_at(uint tap, uint channel) { return weight[channel * r * s * c + tap]; }

void main() {
    uint m0 = gl_WorkGroupID.x * GEMM_BM, n0 = gl_WorkGroupID.y * GEMM_BN, pixels = n * p * q;
    float acc[GEMM_TM][GEMM_TN];
    gemm_tile(m0, n0, 0, pixels, k, r * s * c, acc);
    for (uint i = 0; i < GEMM_TM; i++)
        for (uint j = 0; j < GEMM_TN; j++) {
            uint pixel = m0 + gemm_row(i), channel = n0 + gemm_column(j);
            if (pixel >= pixels || channel >= k) continue;
            float value = acc[i][j] + (has_bias != 0 ? bias[channel] : 0.0);
            y[pixel * k + channel] = value > 0.0 ? value : slope * value;
        }
}
