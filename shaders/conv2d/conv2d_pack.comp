#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Brings a filter into the order in which conv2d_lanes reads it, whatever the roles of its channels and taps:
//
//   packed (filter f, k block, r, s, round, channel c of the round, 4 * lanes channels k) =
//       source[base + f*filter_stride + k*k_stride + c*c_stride + r*r_stride + s*s_stride], 0 beyond existing channels
//
// Plain: an invocation owns one packed vec4, any strides. `four`: an invocation owns four neighbouring c of four
// neighbouring k; one of the two strides is 1, its channel count and all other strides are multiples of four. `batch`:
// many filters at once, each with the arguments as a row of the table, in the order of conv2d_pack_args.h.
//!variant four -DFOUR
//!variant batch -DBATCH
//!variant fourbatch -DFOUR -DBATCH
#ifdef BATCH
#include "common/batch.glsl"
#define FIRST 1
#else
#include "common/index.glsl"
#include "conv2d/conv2d_pack_args.h"
#define FIRST 0
#endif
layout(local_size_x = 64) in;
#ifdef FOUR
layout(binding = FIRST) readonly buffer SOURCE { vec4 source[]; };
#else
layout(binding = FIRST) readonly buffer SOURCE { float source[]; };
#endif
layout(binding = FIRST + 1) writeonly buffer PACKED { vec4 result[]; };

void main() {
#ifdef BATCH
    if (flat_group() >= batch_groups) return;
    const Job job = batch_job();
    const int item = int(job.item), first_to = int(job.to) / 4;
#define WORD(i) int(table[job.row + i])
    const int total = WORD(0), lanes = WORD(1), depth = WORD(2), rounds = WORD(3), rows = WORD(4), columns = WORD(5);
    const int blocks = WORD(6), k = WORD(7), c = WORD(8), c_inner = WORD(9), k_stride = WORD(10), c_stride = WORD(11);
    const int base = int(job.from) + WORD(12), r_stride = WORD(13), s_stride = WORD(14), filter_stride = WORD(15);
#else
    const int item = int(flat_index()), first_to = 0;
#endif
    if (item >= total) return;
#ifdef FOUR
    const int c_each = 4;
#else
    const int c_each = 1;
#endif
    int rest = item, lane = rest % lanes;
    rest /= lanes;
    int c_in_round = rest % (depth / c_each) * c_each;
    rest /= depth / c_each;
    int turn = rest % rounds;
    int row = rest / rounds, tap_column = row % columns, tap_row = row / columns % rows;
    int block = row / columns / rows;
    int k_first = (block % blocks * lanes + lane) * 4, c_first = turn * depth + c_in_round;
    int to = first_to + ((row * rounds + turn) * depth + c_in_round) * lanes + lane;
    int from = base + block / blocks * filter_stride + tap_row * r_stride + tap_column * s_stride;
#ifdef FOUR
    mat4 m = mat4(0.0); // a column holds four neighbours of the source
    bool turned = c_stride == 1;
    int fixed_first = turned ? k_first : c_first, run_first = turned ? c_first : k_first;
    int fixed_end = turned ? k : c, run_end = turned ? c : k, fixed_stride = turned ? k_stride : c_stride;
    [[unroll]] for (int e = 0; e < 4; e++)
        if (run_first < run_end && fixed_first + e < fixed_end)
            m[e] = source[(from + (fixed_first + e) * fixed_stride + run_first) / 4];
    if (turned) m = transpose(m);
    [[unroll]] for (int e = 0; e < 4; e++) result[to + e * lanes] = m[e];
#else
    from += c_first / c_inner * s_stride + c_first % c_inner * c_stride;
    vec4 v = vec4(0.0);
    [[unroll]] for (int e = 0; e < 4; e++)
        if (k_first + e < k && c_first < c) v[e] = source[from + (k_first + e) * k_stride];
    result[to] = v;
#endif
}
