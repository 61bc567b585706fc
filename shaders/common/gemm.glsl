// The tile engine: C[m][n] = sum over k of A[m][k] * B[k][n], for any A, B and C that a shader can address.
//
// A workgroup owns one GEMM_BM x GEMM_BN tile of C, an invocation GEMM_TM x GEMM_TN elements of it. Rounds of GEMM_BK
// along k go through shared memory. Conv forward, backward-data, backward-filter, linear and matmul are this engine with
// different addressing; the including shader provides
//     float a_at(uint m, uint k);   float b_at(uint k, uint n);      (called inside the bounds given to gemm_tile)
// and may define GEMM_A_M_FIRST / GEMM_B_K_FIRST where neighbouring m of A (neighbouring k of B) are neighbours in
// memory, so that neighbouring invocations load neighbouring words. Needs nothing but Vulkan 1.2: at most 256
// invocations and 8.5 KiB of shared memory.
#ifndef GEMM_GLSL
#define GEMM_GLSL
#ifndef GEMM_BM
#define GEMM_BM 64
#define GEMM_BN 64
#endif
#define GEMM_BK 16
#define GEMM_TM 4
#define GEMM_TN 4
#define GEMM_THREADS ((GEMM_BM / GEMM_TM) * (GEMM_BN / GEMM_TN))

layout(local_size_x = GEMM_THREADS) in;
// One padding column: rows of a tile start in different banks.
shared float gemm_a[GEMM_BK][GEMM_BM + 1];
shared float gemm_b[GEMM_BK][GEMM_BN + 1];

float a_at(uint m, uint k);
float b_at(uint k, uint n);

void gemm_load(uint m0, uint n0, uint k0, uint m_end, uint n_end, uint k_end) {
    for (uint i = gl_LocalInvocationIndex; i < GEMM_BM * GEMM_BK; i += GEMM_THREADS) {
#ifdef GEMM_A_M_FIRST
        uint m = i % GEMM_BM, k = i / GEMM_BM;
#else
        uint m = i / GEMM_BK, k = i % GEMM_BK;
#endif
        gemm_a[k][m] = (m0 + m < m_end && k0 + k < k_end) ? a_at(m0 + m, k0 + k) : 0.0;
    }
    for (uint i = gl_LocalInvocationIndex; i < GEMM_BN * GEMM_BK; i += GEMM_THREADS) {
#ifdef GEMM_B_K_FIRST
        uint n = i / GEMM_BK, k = i % GEMM_BK;
#else
        uint n = i % GEMM_BN, k = i / GEMM_BN;
#endif
        gemm_b[k][n] = (n0 + n < n_end && k0 + k < k_end) ? b_at(k0 + k, n0 + n) : 0.0;
    }
}

// This invocation's elements are rows gemm_row(i), columns gemm_column(j) of the tile.
uint gemm_row(uint i) { return (gl_LocalInvocationIndex / (GEMM_BN / GEMM_TN)) + i * (GEMM_BM / GEMM_TM); }
uint gemm_column(uint j) { return (gl_LocalInvocationIndex % (GEMM_BN / GEMM_TN)) + j * (GEMM_BN / GEMM_TN); }

void gemm_tile(uint m0, uint n0, uint k_begin, uint m_end, uint n_end, uint k_end, out float acc[GEMM_TM][GEMM_TN]) {
    for (uint i = 0; i < GEMM_TM; i++)
        for (uint j = 0; j < GEMM_TN; j++) acc[i][j] = 0.0;
    for (uint k0 = k_begin; k0 < k_end; k0 += GEMM_BK) {
        gemm_load(m0, n0, k0, m_end, n_end, k_end);
        barrier();
        for (uint k = 0; k < GEMM_BK; k++) {
            float a[GEMM_TM], b[GEMM_TN];
            for (uint i = 0; i < GEMM_TM; i++) a[i] = gemm_a[k][gemm_row(i)];
            for (uint j = 0; j < GEMM_TN; j++) b[j] = gemm_b[k][gemm_column(j)];
            for (uint i = 0; i < GEMM_TM; i++)
                for (uint j = 0; j < GEMM_TN; j++) acc[i][j] += a[i] * b[j];
        }
        barrier();
    }
}
#endif
