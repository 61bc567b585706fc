#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// conv2d backward-filter for software devices, first pass: a tile of dw, summed over one split of the output lines.
//
//   part[split,k,r,s,c] = sum over lines (n,p) of the split, over q: dy[n,p,q,k] * x[n, p*stride+r-pad, q*stride+s-pad, c]
//
// dy (n,p,q,k), x (n,h,w,c), part (split,k,r,s,c); c and (without SINGLE) k are multiples of four. A workgroup is one
// subgroup of 8 lanes, C_LANES of them side by side along c. A lane owns four input channels, for these K_EACH output
// channels, ROWS filter rows and all COLUMNS filter columns. Groups: (c blocks x k blocks x r / ROWS, splits).
//
// A load costs an order of magnitude more than a multiply-add here: each loaded dy is handed to all lanes along c, each
// loaded x serves all filter columns. A sum that goes round a loop pays for the mask, so a round takes LINES x PIXELS
// output pixels. Variants: filter width 3 at stride 1 and 2, 1; `narrow` for at most 16 input channels; `rgb` for k = 3.
//!variants-only
//!variant w3 -DCOLUMNS=3 -DSTRIDE=1
//!variant w3s2 -DCOLUMNS=3 -DSTRIDE=2
//!variant w1 -DCOLUMNS=1 -DK_EACH=32
//!variant w3narrow -DCOLUMNS=3 -DSTRIDE=1 -DK_EACH=8 -DC_LANES=4
//!variant w3s2narrow -DCOLUMNS=3 -DSTRIDE=2 -DK_EACH=8 -DC_LANES=4
//!variant rgb -DCOLUMNS=3 -DSTRIDE=1 -DSINGLE -DK_EACH=3 -DROWS=3 -DPIXELS=8 -DLINES=1
#include "conv2d/conv2d_bwd_filter_lanes_args.h"
#include "common/half.glsl"
#define LANES 8
#ifndef C_LANES
#define C_LANES LANES
#endif
#ifndef K_EACH
#define K_EACH 16
#endif
#ifndef ROWS
#define ROWS 1
#endif
#ifndef PIXELS
#define PIXELS 4
#define LINES 2
#endif
#ifdef STRIDE
#define STEP STRIDE
#define INPUTS ((PIXELS - 1) * STRIDE + COLUMNS) // input pixels under PIXELS output pixels of a line
#define INPUT_OF(q) ((q) * STRIDE)
#define INPUT_STEP 1
#else // filter width 1: any stride, and only the pixels under the filter are read
#define STEP step_
#define INPUTS PIXELS
#define INPUT_OF(q) (q)
#define INPUT_STEP step_
#endif
layout(local_size_x = LANES) in;
#ifdef SINGLE // a lane holds one output channel of a pixel, else four
#define DY_TYPE float
#define DY_EACH 1
#define DY_LOAD(i) imageLoad(dy, i).x
#define DY_OF(pixel, channel) subgroupShuffle(gradient[pixel], channel)
layout(binding = 0, r32f) uniform readonly imageBuffer dy;
#else
#define DY_TYPE vec4
#define DY_EACH 4
#define DY_LOAD(i) FOUR_AT(dy, i)
#define DY_OF(pixel, channel) subgroupShuffle(gradient[pixel][(channel) & 3], k_lane * (K_EACH / 4) + ((channel) >> 2))
FOURS_TEXEL(0, dy);
#endif
FOURS_TEXEL(1, x);
layout(binding = 2) writeonly buffer PART { vec4 part[]; };

void main() {
    // Push constants read inside a loop are gathered lane by lane: once, here.
    const int height = h, width = w, lines_p = p, pixels_q = q, k_all = k, rows_r = r, pad_ = pad, step_ = stride;
    const int c_fours = c / 4, dy_items = k / DY_EACH, lane = int(gl_SubgroupInvocationID), k_lane = lane / C_LANES;
    const int c_block = int(gl_WorkGroupID.x) % c_blocks, kr = int(gl_WorkGroupID.x) / c_blocks;
    const int k_block = kr % k_blocks, first_row = kr / k_blocks * ROWS;
    const int split = int(gl_WorkGroupID.y);
    const int channels = c_block * C_LANES + lane % C_LANES, channels_read = min(channels, c_fours - 1);
    const int dy_lane = min(k_block * (K_EACH * LANES / C_LANES / DY_EACH) + lane, dy_items - 1);
    int line = split * lines_per_split, left = 0, image_at = line / lines_p, p_at = line - image_at * lines_p;
    const int end = min(line + lines_per_split, n * lines_p);

    vec4 sum[ROWS][COLUMNS][K_EACH];
    [[unroll]] for (int row = 0; row < ROWS; row++)
        [[unroll]] for (int column = 0; column < COLUMNS; column++)
            [[unroll]] for (int i = 0; i < K_EACH; i++) sum[row][column][i] = vec4(0.0);

    while (line < end) {
        DY_TYPE gradient[LINES * PIXELS];
        int image_row[LINES], top[LINES], next_image = image_at, next_p = p_at;
        [[unroll]] for (int l = 0; l < LINES; l++) {
            const bool exists = line + l < end;
            image_row[l] = next_image * height;
            top[l] = exists ? next_p * STEP + first_row - pad_ : -1000000;
            next_p++;
            if (next_p == lines_p) { next_p = 0; next_image++; }
            const int count = exists ? pixels_q - left : 0;
            int at = ((line + l) * pixels_q + left) * dy_items + dy_lane;
            [[unroll]] for (int i = 0; i < PIXELS; i++) {
                const DY_TYPE value = DY_LOAD(i < count ? at : 0);
                gradient[l * PIXELS + i] = i < count ? value : DY_TYPE(0.0);
                at += dy_items;
            }
        }
        [[unroll]] for (int row = 0; row < ROWS; row++) {
            vec4 under[LINES * INPUTS];
            [[unroll]] for (int l = 0; l < LINES; l++) {
                const int x_row = top[l] + row, x_column = left * STEP - pad_;
                const int limit = uint(x_row) < uint(height) ? width : 0;
                int at = ((image_row[l] + x_row) * width + x_column) * c_fours + channels_read;
                [[unroll]] for (int i = 0; i < INPUTS; i++) {
                    const bool inside = uint(x_column + i * INPUT_STEP) < uint(limit);
                    const vec4 value = FOUR_AT(x, inside ? at : 0);
                    under[l * INPUTS + i] = inside ? value : vec4(0.0);
                    at += c_fours * INPUT_STEP;
                }
            }
            [[unroll]] for (int channel = 0; channel < K_EACH; channel++)
                [[unroll]] for (int l = 0; l < LINES; l++)
                    [[unroll]] for (int i = 0; i < PIXELS; i++) {
                        const float g = DY_OF(l * PIXELS + i, channel);
                        [[unroll]] for (int column = 0; column < COLUMNS; column++)
                            sum[row][column][channel] += g * under[l * INPUTS + INPUT_OF(i) + column];
                    }
        }
        left += PIXELS;
        if (left >= pixels_q) { left = 0; line += LINES; image_at = next_image; p_at = next_p; }
    }

    if (channels >= c_fours) return;
    const int first_channel = (k_block * (LANES / C_LANES) + k_lane) * K_EACH;
    [[unroll]] for (int row = 0; row < ROWS; row++)
        [[unroll]] for (int i = 0; i < K_EACH; i++)
            [[unroll]] for (int column = 0; column < COLUMNS; column++) {
                const int filter_row = ((first_split + split) * k_all + first_channel + i) * rows_r + first_row + row;
                if (first_channel + i < k_all) part[(filter_row * COLUMNS + column) * c_fours + channels] = sum[row][column][i];
            }
}
