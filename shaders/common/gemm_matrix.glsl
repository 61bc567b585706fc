// The tile engine's products on cooperative matrices: values are rounded to half on their way into shared memory, multiplied
// by the subgroup, mostly 16 x 16 x 16 at a time, and summed in float. Included by common/gemm.glsl, whose hooks and results these are.
//
// A subgroup owns GEMM_FRAGMENTS neighbouring fragments of, say, 16 x 16. In tiles of 64 x 64 with 8 x 8 an invocation and
// subgroups of 32 that is two rows of four: 2 + 4 fragments come out of shared memory for 8 products of 8192 operations, so
// a core needs 3 KiB of it for 65536 operations, half of what fragments of one row would need. Memory still holds floats:
// rounding costs a conversion a word here, and no pass of its own.
#ifndef GEMM_MATRIX_GLSL
#define GEMM_MATRIX_GLSL
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_cooperative_matrix : require
layout(constant_id = 0) const uint gemm_subgroups = 2; // of a workgroup
layout(constant_id = 1) const uint gemm_edge = 16;     // of a fragment, in all three directions: what the device multiplies
const uint GEMM_LINE = GEMM_BN / gemm_edge;            // fragments side by side in the tile
const uint GEMM_FRAGMENTS = (GEMM_BM / gemm_edge) * GEMM_LINE / gemm_subgroups;
const uint GEMM_ACROSS = GEMM_FRAGMENTS < GEMM_LINE ? GEMM_FRAGMENTS : GEMM_LINE; // of the subgroup's, side by side

// Runs lie as they were fetched, along k or along m (n), so nothing is transposed. Eight halves behind each: runs start in
// different banks, and at multiples of 16 bytes.
#ifdef GEMM_A_M_RUNS
#define GEMM_A_RUN GEMM_BM
#define GEMM_A_LAYOUT gl_CooperativeMatrixLayoutColumnMajor
#else
#define GEMM_A_RUN GEMM_BK
#define GEMM_A_LAYOUT gl_CooperativeMatrixLayoutRowMajor
#endif
#ifdef GEMM_B_N_RUNS
#define GEMM_B_RUN GEMM_BN
#define GEMM_B_LAYOUT gl_CooperativeMatrixLayoutRowMajor
#else
#define GEMM_B_RUN GEMM_BK
#define GEMM_B_LAYOUT gl_CooperativeMatrixLayoutColumnMajor
#endif
#define GEMM_A_STRIDE (GEMM_A_RUN + 8)
#define GEMM_B_STRIDE (GEMM_B_RUN + 8)
#define GEMM_BAND 32 // rows of the result that are handed over at once
shared float16_t gemm_a[GEMM_BM * GEMM_BK / GEMM_A_RUN * GEMM_A_STRIDE];
shared float16_t gemm_b[GEMM_BN * GEMM_BK / GEMM_B_RUN * GEMM_B_STRIDE];
shared float gemm_c[GEMM_BAND * GEMM_BN];

void gemm_store(vec4 a[GEMM_A_ITEMS], vec4 b[GEMM_B_ITEMS]) {
    [[unroll]] for (uint i = 0; i < GEMM_A_ITEMS; i++) {
        if (!gemm_a_owned(i)) continue;
        const uvec2 at = gemm_a_place(i);
        const uint to = GEMM_A_K_RUN ? at.x * GEMM_A_STRIDE + at.y : at.y * GEMM_A_STRIDE + at.x;
        [[unroll]] for (uint e = 0; e < 4; e++) gemm_a[to + e] = float16_t(a[i][e]);
    }
    [[unroll]] for (uint i = 0; i < GEMM_B_ITEMS; i++) {
        if (!gemm_b_owned(i)) continue;
        const uvec2 at = gemm_b_place(i);
        const uint to = GEMM_B_K_RUN ? at.x * GEMM_B_STRIDE + at.y : at.y * GEMM_B_STRIDE + at.x;
        [[unroll]] for (uint e = 0; e < 4; e++) gemm_b[to + e] = float16_t(b[i][e]);
    }
}

void gemm_tile(uint m0, uint n0, uint k_begin, uint k_end, out vec4 sum[GEMM_TM][GEMM_TN / 4]) {
    const uint first = gl_SubgroupID * GEMM_FRAGMENTS, row = first / GEMM_LINE, column = first % GEMM_LINE;
    coopmat<float, gl_ScopeSubgroup, gemm_edge, gemm_edge, gl_MatrixUseAccumulator> c[GEMM_FRAGMENTS];
    [[unroll]] for (uint i = 0; i < GEMM_FRAGMENTS; i++)
        c[i] = coopmat<float, gl_ScopeSubgroup, gemm_edge, gemm_edge, gl_MatrixUseAccumulator>(0.0);
    vec4 next_a[GEMM_A_ITEMS], next_b[GEMM_B_ITEMS];
    gemm_fetch(m0, n0, k_begin, next_a, next_b);
    for (uint k0 = k_begin; k0 < k_end; k0 += GEMM_BK) {
        barrier(); // all are done with the round before
        gemm_store(next_a, next_b);
        barrier();
        if (k0 + GEMM_BK < k_end) gemm_fetch(m0, n0, k0 + GEMM_BK, next_a, next_b);
        [[unroll]] for (uint k = 0; k < GEMM_BK; k += gemm_edge) {
            coopmat<float16_t, gl_ScopeSubgroup, gemm_edge, gemm_edge, gl_MatrixUseB> b[GEMM_ACROSS];
            [[unroll]] for (uint j = 0; j < GEMM_ACROSS; j++) {
                const uint n = (column + j) * gemm_edge;
                const uint from = GEMM_B_K_RUN ? n * GEMM_B_STRIDE + k : k * GEMM_B_STRIDE + n;
                coopMatLoad(b[j], gemm_b, from, GEMM_B_STRIDE, GEMM_B_LAYOUT);
            }
            [[unroll]] for (uint i = 0; i < GEMM_FRAGMENTS / GEMM_ACROSS; i++) {
                const uint m = (row + i) * gemm_edge;
                const uint from = GEMM_A_K_RUN ? m * GEMM_A_STRIDE + k : k * GEMM_A_STRIDE + m;
                coopmat<float16_t, gl_ScopeSubgroup, gemm_edge, gemm_edge, gl_MatrixUseA> a;
                coopMatLoad(a, gemm_a, from, GEMM_A_STRIDE, GEMM_A_LAYOUT);
                [[unroll]] for (uint j = 0; j < GEMM_ACROSS; j++)
                    c[i * GEMM_ACROSS + j] = coopMatMulAdd(a, b[j], c[i * GEMM_ACROSS + j]);
            }
        }
    }
    // Through shared memory to the invocations' own elements, a band of rows at a time.
    for (uint band = 0; band < GEMM_BM / GEMM_BAND; band++) {
        barrier();
        [[unroll]] for (uint i = 0; i < GEMM_FRAGMENTS; i++) {
            const uint m = (row + i / GEMM_ACROSS) * gemm_edge, n = (column + i % GEMM_ACROSS) * gemm_edge;
            if (m / GEMM_BAND == band)
                coopMatStore(c[i], gemm_c, m % GEMM_BAND * GEMM_BN + n, GEMM_BN, gl_CooperativeMatrixLayoutRowMajor);
        }
        barrier();
        [[unroll]] for (uint i = 0; i < GEMM_TM; i++) {
            if (gemm_row(i) / GEMM_BAND != band) continue;
            [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++) {
                const uint at = gemm_row(i) % GEMM_BAND * GEMM_BN + gemm_column(j);
                sum[i][j] = vec4(gemm_c[at], gemm_c[at + 1], gemm_c[at + 2], gemm_c[at + 3]);
            }
        }
    }
}
#endif
