// The tile engine for GPUs: C[m][n] = sum over k of A[m][k] * B[k][n], for any A, B and C that a shader can address.
// Convolution in all its roles, linear layers and matrix products are this engine with different addressing.
//
// A workgroup owns one GEMM_BM x GEMM_BN tile of C, an invocation GEMM_TM x GEMM_TN of it, as squares of 4 x 4. Rounds of
// GEMM_BK along k go through shared memory; while one round is multiplied, the next one is on its way from memory into
// registers. An 8 x 8 invocation reads four vec4 of shared memory for 64 multiply-adds.
//
// Values are fetched four at a time. The including shader says along what the four are neighbours in memory:
//     along k by default; along m with GEMM_A_M_RUNS, along n with GEMM_B_N_RUNS
// and provides
//     vec4 a_four(uint item, uint m, uint k);    A[m][k..k+3], or A[m..m+3][k]; 0 where A has no value
//     vec4 b_four(uint item, uint n, uint k);    B[k..k+3][n], or B[k][n..n+3]; 0 where B has no value
// `item` counts an invocation's fours of a round. Its m (or n) is the same in every round and its k grows by GEMM_BK, so
// that a shader may prepare addresses once: for item < GEMM_A_ITEMS at gemm_a_place(item), likewise for B.
// Needs nothing but Vulkan 1.2: at most 256 invocations and 17 KiB of shared memory. With GEMM_MATRIX the products are
// cooperative matrices' (common/gemm_matrix.glsl), with the same hooks.
#ifndef GEMM_GLSL
#define GEMM_GLSL
#extension GL_EXT_control_flow_attributes : require
#ifndef GEMM_BM
#define GEMM_BM 64
#define GEMM_BN 64
#define GEMM_TM 4
#define GEMM_TN 4
#endif
#define GEMM_BK 16
#define GEMM_WIDE (GEMM_BN / GEMM_TN) // invocations side by side in a tile
#define GEMM_HIGH (GEMM_BM / GEMM_TM)
#define GEMM_THREADS (GEMM_WIDE * GEMM_HIGH)
#define GEMM_A_FOURS (GEMM_BM * GEMM_BK / 4)
#define GEMM_B_FOURS (GEMM_BN * GEMM_BK / 4)
#define GEMM_A_ITEMS ((GEMM_A_FOURS + GEMM_THREADS - 1) / GEMM_THREADS)
#define GEMM_B_ITEMS ((GEMM_B_FOURS + GEMM_THREADS - 1) / GEMM_THREADS)

layout(local_size_x = GEMM_THREADS) in;
vec4 a_four(uint item, uint m, uint k);
vec4 b_four(uint item, uint n, uint k);

// (m or n, k) of the first value of a four, from the tile's corner. Neighbouring invocations fetch neighbouring fours.
uvec2 gemm_place(uint i, uint side, bool k_runs) {
    return k_runs ? uvec2(i / (GEMM_BK / 4), i % (GEMM_BK / 4) * 4) : uvec2(i % (side / 4) * 4, i / (side / 4));
}
#ifdef GEMM_A_M_RUNS
#define GEMM_A_K_RUN false
#else
#define GEMM_A_K_RUN true
#endif
#ifdef GEMM_B_N_RUNS
#define GEMM_B_K_RUN false
#else
#define GEMM_B_K_RUN true
#endif
uvec2 gemm_a_place(uint item) {
    return gemm_place(gl_LocalInvocationIndex + item * GEMM_THREADS, GEMM_BM, GEMM_A_K_RUN);
}
uvec2 gemm_b_place(uint item) {
    return gemm_place(gl_LocalInvocationIndex + item * GEMM_THREADS, GEMM_BN, GEMM_B_K_RUN);
}
// Tiles that are narrow on one side have fewer fours than invocations there.
bool gemm_a_owned(uint item) { return gl_LocalInvocationIndex + item * GEMM_THREADS < GEMM_A_FOURS; }
bool gemm_b_owned(uint item) { return gl_LocalInvocationIndex + item * GEMM_THREADS < GEMM_B_FOURS; }

void gemm_fetch(uint m0, uint n0, uint k0, out vec4 a[GEMM_A_ITEMS], out vec4 b[GEMM_B_ITEMS]) {
    [[unroll]] for (uint i = 0; i < GEMM_A_ITEMS; i++) {
        const uvec2 at = gemm_a_place(i);
        a[i] = gemm_a_owned(i) ? a_four(i, m0 + at.x, k0 + at.y) : vec4(0.0);
    }
    [[unroll]] for (uint i = 0; i < GEMM_B_ITEMS; i++) {
        const uvec2 at = gemm_b_place(i);
        b[i] = gemm_b_owned(i) ? b_four(i, n0 + at.x, k0 + at.y) : vec4(0.0);
    }
}

// This invocation's rows of the tile are gemm_row(i), i < GEMM_TM; its columns are the fours that begin at gemm_column(j),
// j < GEMM_TN / 4.
uint gemm_row(uint i) { return (i / 4 * GEMM_HIGH + gl_LocalInvocationIndex / GEMM_WIDE) * 4 + i % 4; }
uint gemm_column(uint j) { return (j * GEMM_WIDE + gl_LocalInvocationIndex % GEMM_WIDE) * 4; }

#ifdef GEMM_MATRIX
#include "common/gemm_matrix.glsl"
#else
// One vec4 of padding: rows of a tile start in different banks.
shared vec4 gemm_a[GEMM_BK][GEMM_BM / 4 + 1];
shared vec4 gemm_b[GEMM_BK][GEMM_BN / 4 + 1];

void gemm_store(vec4 a[GEMM_A_ITEMS], vec4 b[GEMM_B_ITEMS]) {
    [[unroll]] for (uint i = 0; i < GEMM_A_ITEMS; i++) {
        if (!gemm_a_owned(i)) continue;
        const uvec2 at = gemm_a_place(i);
        if (GEMM_A_K_RUN)
            [[unroll]] for (uint e = 0; e < 4; e++) gemm_a[at.y + e][at.x / 4][at.x % 4] = a[i][e];
        else
            gemm_a[at.y][at.x / 4] = a[i];
    }
    [[unroll]] for (uint i = 0; i < GEMM_B_ITEMS; i++) {
        if (!gemm_b_owned(i)) continue;
        const uvec2 at = gemm_b_place(i);
        if (GEMM_B_K_RUN)
            [[unroll]] for (uint e = 0; e < 4; e++) gemm_b[at.y + e][at.x / 4][at.x % 4] = b[i][e];
        else
            gemm_b[at.y][at.x / 4] = b[i];
    }
}

void gemm_tile(uint m0, uint n0, uint k_begin, uint k_end, out vec4 sum[GEMM_TM][GEMM_TN / 4]) {
    [[unroll]] for (uint i = 0; i < GEMM_TM; i++)
        [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++) sum[i][j] = vec4(0.0);
    vec4 next_a[GEMM_A_ITEMS], next_b[GEMM_B_ITEMS];
    gemm_fetch(m0, n0, k_begin, next_a, next_b);
    for (uint k0 = k_begin; k0 < k_end; k0 += GEMM_BK) {
        barrier(); // all are done with the round before
        gemm_store(next_a, next_b);
        barrier();
        if (k0 + GEMM_BK < k_end) gemm_fetch(m0, n0, k0 + GEMM_BK, next_a, next_b);
        [[unroll]] for (uint k = 0; k < GEMM_BK; k++) {
            vec4 a[GEMM_TM / 4], b[GEMM_TN / 4];
            [[unroll]] for (uint i = 0; i < GEMM_TM / 4; i++) a[i] = gemm_a[k][gemm_row(4 * i) / 4];
            [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++) b[j] = gemm_b[k][gemm_column(j) / 4];
            [[unroll]] for (uint i = 0; i < GEMM_TM; i++)
                [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++) sum[i][j] += a[i / 4][i % 4] * b[j];
        }
    }
}
#endif
#endif
