#version 450
#extension GL_GOOGLE_include_directive : require
// C[b] = act(A[b] B[b] + bias), or C[b] += A[b] B[b], any strides. A workgroup owns a 64 x 64 tile of one matrix:
// groups (columns, rows, batch). The variants only change which neighbours load neighbouring words.
//!variant am -DGEMM_A_M_FIRST
//!variant bk -DGEMM_B_K_FIRST
//!variant ambk -DGEMM_A_M_FIRST -DGEMM_B_K_FIRST
#include "matmul/matmul_args.h"
#include "common/gemm.glsl"
layout(binding = 0) readonly buffer A { float a[]; };
layout(binding = 1) readonly buffer B { float b[]; };
layout(binding = 2) readonly buffer BIAS { float bias[]; };
layout(binding = 3) buffer C { float c[]; };

float a_at(uint row, uint depth) { return a[gl_WorkGroupID.z * a_batch + row * a_m + depth * a_k]; }
float b_at(uint depth, uint column) { return b[gl_WorkGroupID.z * b_batch + depth * b_k + column * b_n]; }

void main() {
    uint m0 = gl_WorkGroupID.y * GEMM_BM, n0 = gl_WorkGroupID.x * GEMM_BN;
    float acc[GEMM_TM][GEMM_TN];
    gemm_tile(m0, n0, 0, m, n, k, acc);
    for (uint i = 0; i < GEMM_TM; i++)
        for (uint j = 0; j < GEMM_TN; j++) {
            uint row = m0 + gemm_row(i), column = n0 + gemm_column(j);
            if (row >= m || column >= n) continue;
            uint at = gl_WorkGroupID.z * c_batch + row * c_m + column;
            float value = acc[i][j] + (has_bias != 0 ? bias[column] : 0.0);
            value = value > 0.0 ? value : slope * value;
            c[at] = accumulate != 0 ? c[at] + value : value;
        }
}
