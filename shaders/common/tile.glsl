// The tile engine for GPUs: C[m][n] = sum over depth of A[m][depth] * B[depth][n], where depth or m (n) runs along memory in
// fours.
//
// A workgroup owns a TILE_M x TILE_N tile of C, an invocation 8 x 8 elements of it: two runs of four rows, two of four
// columns. Rounds of TILE_DEPTH along depth go through shared memory. While a round is multiplied, the next one's words
// are already on their way into registers, so memory has the time of 16 x 64 multiply-adds to answer.
//
// The arithmetic behind the sizes: for each step of depth an invocation reads 2 + 2 vec4s of shared memory and does 64
// multiply-adds, so 94 % of what it issues are multiply-adds (4 x 4 elements: 89 %). 32 invocations, 4 x 8 of them, read
// 96 distinct floats for 2048 multiply-adds: three cycles of shared memory for sixteen of arithmetic where both are 32
// and 128 lanes wide. From memory come (TILE_M + TILE_N) floats for TILE_M * TILE_N multiply-adds: 32 operations a float at
// 64 x 64, 64 at 128 x 128, the large tile where there are enough of them to fill the device. Registers: 64 sums, 16
// operands, 8 or 16 words under way: about 100, so that two workgroups of 256 share a core's 64 K registers.
//
// The including shader provides
//     vec4 a_fetch(uint word, uint round);   four numbers of A for this invocation's word (below TILE_A_WORDS)
//     vec4 b_fetch(uint word, uint round);   and of B; zeros outside
// A word stands for four of m and one depth, tile_quad(word, TILE_M) and tile_line(word, TILE_M), or, with
// TILE_A_DEPTH_FIRST (TILE_B_DEPTH_FIRST), for four of depth and one m (n): tile_quad(word, TILE_DEPTH) and so on.
#ifndef TILE_GLSL
#define TILE_GLSL
#extension GL_EXT_control_flow_attributes : require
#ifndef TILE_M
#define TILE_M 64
#define TILE_N 64
#endif
#define TILE_DEPTH 16
#define TILE_COLUMNS (TILE_N / 8) // of invocations
#define TILE_THREADS ((TILE_M / 8) * TILE_COLUMNS)
#define TILE_A_WORDS (TILE_M * TILE_DEPTH / 4 / TILE_THREADS) // that an invocation fetches each round
#define TILE_B_WORDS (TILE_N * TILE_DEPTH / 4 / TILE_THREADS)

layout(local_size_x = TILE_THREADS) in;
// One vec4 more than a line: the lines of a transposed store start in different banks.
shared vec4 tile_a[TILE_DEPTH][TILE_M / 4 + 1];
shared vec4 tile_b[TILE_DEPTH][TILE_N / 4 + 1];

uint tile_place(uint word) { return gl_LocalInvocationIndex + word * TILE_THREADS; }
uint tile_quad(uint word, uint run) { return tile_place(word) % (run / 4) * 4; } // the first of four
uint tile_line(uint word, uint run) { return tile_place(word) / (run / 4); }

vec4 a_fetch(uint word, uint round);
vec4 b_fetch(uint word, uint round);

void tile_store_a(uint word, vec4 v) {
#ifdef TILE_A_DEPTH_FIRST
    uint depth = tile_quad(word, TILE_DEPTH), m = tile_line(word, TILE_DEPTH);
    [[unroll]] for (uint e = 0; e < 4; e++) tile_a[depth + e][m / 4][m % 4] = v[e];
#else
    tile_a[tile_line(word, TILE_M)][tile_quad(word, TILE_M) / 4] = v;
#endif
}

void tile_store_b(uint word, vec4 v) {
#ifdef TILE_B_DEPTH_FIRST
    uint depth = tile_quad(word, TILE_DEPTH), n = tile_line(word, TILE_DEPTH);
    [[unroll]] for (uint e = 0; e < 4; e++) tile_b[depth + e][n / 4][n % 4] = v[e];
#else
    tile_b[tile_line(word, TILE_N)][tile_quad(word, TILE_N) / 4] = v;
#endif
}

// This invocation's rows 0-7 of the tile, and the first column of its runs 0 and 1 of four.
uint tile_row(uint i) { return gl_LocalInvocationIndex / TILE_COLUMNS * 4 + i % 4 + i / 4 * (TILE_M / 2); }
uint tile_column(uint run) { return gl_LocalInvocationIndex % TILE_COLUMNS * 4 + run * (TILE_N / 2); }

void tile_product(uint rounds, out vec4 sum[8][2]) {
    uint me = gl_LocalInvocationIndex, row = me / TILE_COLUMNS, column = me % TILE_COLUMNS;
    vec4 next_a[TILE_A_WORDS], next_b[TILE_B_WORDS];
    [[unroll]] for (uint i = 0; i < 8; i++) sum[i][0] = sum[i][1] = vec4(0.0);
    [[unroll]] for (uint i = 0; i < TILE_A_WORDS; i++) next_a[i] = a_fetch(i, 0);
    [[unroll]] for (uint i = 0; i < TILE_B_WORDS; i++) next_b[i] = b_fetch(i, 0);
    for (uint round = 0; round < rounds; round++) {
        barrier(); // the round before has been read
        [[unroll]] for (uint i = 0; i < TILE_A_WORDS; i++) tile_store_a(i, next_a[i]);
        [[unroll]] for (uint i = 0; i < TILE_B_WORDS; i++) tile_store_b(i, next_b[i]);
        barrier();
        if (round + 1 < rounds) {
            [[unroll]] for (uint i = 0; i < TILE_A_WORDS; i++) next_a[i] = a_fetch(i, round + 1);
            [[unroll]] for (uint i = 0; i < TILE_B_WORDS; i++) next_b[i] = b_fetch(i, round + 1);
        }
        for (uint depth = 0; depth < TILE_DEPTH; depth++) { // GPU compilers unroll this themselves
            vec4 a0 = tile_a[depth][row], a1 = tile_a[depth][row + TILE_M / 8];
            vec4 b0 = tile_b[depth][column], b1 = tile_b[depth][column + TILE_N / 8];
            [[unroll]] for (uint i = 0; i < 4; i++) {
                sum[i][0] += a0[i] * b0;
                sum[i][1] += a0[i] * b1;
                sum[i + 4][0] += a1[i] * b0;
                sum[i + 4][1] += a1[i] * b1;
            }
        }
    }
}
#endif
