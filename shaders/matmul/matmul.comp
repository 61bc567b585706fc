#version 450
#extension GL_GOOGLE_include_directive : require
// C[b] = act(A[b] B[b] + bias), or C[b] += A[b] B[b], any strides. A workgroup owns a 64 x 64 tile of one matrix:
// groups (columns, rows, batch). The variants say along what neighbours in memory lie: A along k, or m (am); B along n, or
// k (bk). four: they come in whole fours, and everything else is a multiple of four floats away.
//!variant am -DGEMM_A_M_RUNS -DGEMM_B_N_RUNS
//!variant plain -DGEMM_B_N_RUNS
//!variant bk
//!variant ambk -DGEMM_A_M_RUNS
//!variant amfour -DGEMM_A_M_RUNS -DGEMM_B_N_RUNS -DFOUR
//!variant four -DGEMM_B_N_RUNS -DFOUR
//!variant bkfour -DFOUR
//!variant ambkfour -DGEMM_A_M_RUNS -DFOUR
//!variants-only
#include "matmul/matmul_args.h"
#include "common/gemm.glsl"
#ifdef FOUR
layout(binding = 0) readonly buffer A { vec4 a[]; };
layout(binding = 1) readonly buffer B { vec4 b[]; };
#else
layout(binding = 0) readonly buffer A { float a[]; };
layout(binding = 1) readonly buffer B { float b[]; };
#endif
layout(binding = 2) readonly buffer BIAS { float bias[]; };
layout(binding = 3) buffer C { float c[]; };

#ifdef FOUR
vec4 a_four(uint item, uint row, uint depth) {
    return row < m && depth < k ? a[(gl_WorkGroupID.z * a_batch + row * a_m + depth * a_k) / 4] : vec4(0.0);
}
vec4 b_four(uint item, uint column, uint depth) {
    return column < n && depth < k ? b[(gl_WorkGroupID.z * b_batch + depth * b_k + column * b_n) / 4] : vec4(0.0);
}
#else
vec4 a_four(uint item, uint row, uint depth) {
    vec4 v = vec4(0.0);
    [[unroll]] for (uint e = 0; e < 4; e++) {
        const uint at_row = GEMM_A_K_RUN ? row : row + e, at_depth = GEMM_A_K_RUN ? depth + e : depth;
        if (at_row < m && at_depth < k) v[e] = a[gl_WorkGroupID.z * a_batch + at_row * a_m + at_depth * a_k];
    }
    return v;
}
vec4 b_four(uint item, uint column, uint depth) {
    vec4 v = vec4(0.0);
    [[unroll]] for (uint e = 0; e < 4; e++) {
        const uint at_column = GEMM_B_K_RUN ? column : column + e, at_depth = GEMM_B_K_RUN ? depth + e : depth;
        if (at_column < n && at_depth < k) v[e] = b[gl_WorkGroupID.z * b_batch + at_depth * b_k + at_column * b_n];
    }
    return v;
}
#endif

void main() {
    const uint m0 = gl_WorkGroupID.y * GEMM_BM, n0 = gl_WorkGroupID.x * GEMM_BN;
    vec4 sum[GEMM_TM][GEMM_TN / 4];
    gemm_tile(m0, n0, 0, k, sum);
    [[unroll]] for (uint i = 0; i < GEMM_TM; i++)
        [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++)
            [[unroll]] for (uint e = 0; e < 4; e++) {
                const uint row = m0 + gemm_row(i), column = n0 + gemm_column(j) + e;
                if (row >= m || column >= n) continue;
                const uint at = gl_WorkGroupID.z * c_batch + row * c_m + column;
                float value = sum[i][j][e] + (has_bias != 0 ? bias[column] : 0.0);
                value = value > 0.0 ? value : slope * value;
                c[at] = accumulate != 0 ? c[at] + value : value;
            }
}
