#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_quad : require
// conv2d backward-filter for software devices with subgroups of 4 lanes, first pass:
//
//   part[split,k,r,s,c] = sum over lines (n,p) of the split, over q: dy[n,p,q,k] * x[n, p*stride+r-pad, q*stride+s-pad, c]
//
// dy (n,p,q,k) and x (n,h,w,c) with channels in fours (conv2d_fours), part (split,k,r,s,c). Built like conv2d_quads, which
// says why: texel fetches, and a register of four channels of dy, one in each lane, meets all lanes' channels of x in its four
// permutations. sum[4 * e + i] of lane l belongs to channel 4 * (l ^ i) + e of dy. A round takes 8 outputs, of those whose tap
// lies inside x: four ninths of them where images have 2x2 pixels. The splits share the lines of these evenly.
//
// A workgroup is one subgroup and owns 16 k and 16 * FOURS c of one tap. Groups: (tiles, splits), tile ((k block * r + tap
// row) * s + tap column) * c_blocks + c block.
//
// Variants: 32 or 16 input channels, `ones` when these are no multiple of four.
//!variants-only
//!variant c32 -DFOURS=2
//!variant c16 -DFOURS=1
//!variant ones -DFOURS=1 -DONES
#include "conv2d/conv2d_bwd_filter_lanes_args.h"
#define LANES 4
#define CHANNELS 16
#define DEPTH 8
layout(local_size_x = LANES) in;
layout(binding = 0) uniform textureBuffer dy;
layout(binding = 1) uniform textureBuffer x;
#ifdef ONES
layout(binding = 2) writeonly buffer PART { float part[]; };
#else
layout(binding = 2) writeonly buffer PART { vec4 part[]; };
#endif

float permuted(float v, int i) {
    return i == 0 ? v : i == 1 ? subgroupQuadSwapHorizontal(v) : i == 2 ? subgroupQuadSwapVertical(v) : subgroupQuadSwapDiagonal(v);
}

void main() {
    const int height = h, width = w, c_fours = (c + 3) / 4, k_fours = (k + 3) / 4, lines_p = p, pixels_q = q, step = stride;
    const int lane = int(gl_SubgroupInvocationID), split = int(gl_WorkGroupID.y);
    int rest = int(gl_WorkGroupID.x);
    const int c_block = rest % c_blocks;
    rest /= c_blocks;
    const int tap_column = rest % s;
    rest /= s;
    const int tap_row = rest % r, k_block = rest / r;
    const int c_first = c_block * (FOURS * LANES) + lane, k_first = k_block * (CHANNELS / 4);
    const int dy_four = min(k_first + lane, k_fours - 1);
    int x_four[FOURS];
    [[unroll]] for (int f = 0; f < FOURS; f++) x_four[f] = min(c_first + f * LANES, c_fours - 1);

    // Of the outputs only those whose tap lies inside x: a rectangle, the same in all images.
    const int row_ahead = tap_row - pad_h, column_ahead = tap_column - pad;
    const int i_first = max(step - 1 - row_ahead, 0) / step, i_end = min((height - row_ahead + step - 1) / step, lines_p);
    const int j_first = max(step - 1 - column_ahead, 0) / step, j_end = min((width - column_ahead + step - 1) / step, pixels_q);
    const int lines = max(i_end - i_first, 0), columns = max(j_end - j_first, 0), splits = int(gl_NumWorkGroups.y);
    const int lines_each = (n * lines + splits - 1) / splits, begin_line = min(split * lines_each, n * lines);
    const int end = min(begin_line + lines_each, n * lines) * columns;
    int image = begin_line / max(lines, 1), i = i_first + begin_line - image * lines, j = j_first;
    float sum[CHANNELS][4 * FOURS];
    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
        [[unroll]] for (int e = 0; e < 4 * FOURS; e++) sum[channel][e] = 0.0;

    [[dont_unroll]] for (int pixel = begin_line * columns; pixel < end; pixel += DEPTH) {
        float gradient[CHANNELS][DEPTH];
        int x_at[DEPTH];
        [[unroll]] for (int d = 0; d < DEPTH; d++) {
            const bool inside = pixel + d < end;
            const int row = i * step + row_ahead, column = j * step + column_ahead;
            x_at[d] = inside ? ((image * height + row) * width + column) * c_fours : 0;
            vec4 four = texelFetch(dy, inside ? ((image * lines_p + i) * pixels_q + j) * k_fours + dy_four : 0);
            four = inside ? four : vec4(0.0);
            [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
                gradient[channel][d] = permuted(four[channel / 4], channel % 4);
            j++;
            if (j == j_end) { j = j_first; i++; }
            if (i == i_end) { i = i_first; image++; }
        }
        [[unroll]] for (int f = 0; f < FOURS; f++) {
            vec4 under[DEPTH];
            [[unroll]] for (int d = 0; d < DEPTH; d++) under[d] = texelFetch(x, x_at[d] + x_four[f]);
            [[unroll]] for (int e = 0; e < 4; e++)
                [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
                    [[unroll]] for (int d = 0; d < DEPTH; d++) sum[channel][4 * f + e] += under[d][e] * gradient[channel][d];
        }
    }

    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++) {
        const int k_at = 4 * k_first + 4 * (lane ^ (channel % 4)) + channel / 4;
        if (k_at < k) {
            const int filter_row = (((first_split + split) * k + k_at) * r + tap_row) * s + tap_column;
#ifdef ONES
            [[unroll]] for (int e = 0; e < 4; e++)
                if (4 * c_first + e < c) part[filter_row * c + 4 * c_first + e] = sum[channel][e];
#else
            [[unroll]] for (int f = 0; f < FOURS; f++)
                if (c_first + f * LANES < c_fours)
                    part[filter_row * c_fours + c_first + f * LANES] = vec4(sum[channel][4 * f], sum[channel][4 * f + 1],
                                                                            sum[channel][4 * f + 2], sum[channel][4 * f + 3]);
#endif
        }
    }
}
