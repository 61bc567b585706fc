#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_quad : require
// Convolution for software devices with subgroups of 4 lanes (the formula and roles of conv2d_lanes):
//
//   y[n,i,j,k] (+)= act(bias[k] + sum_{r,s,c} x[n, i*stride+r-pad_h, j*stride+s-pad_w, c] * w[k,r,s,c])
//
// There a buffer load is taken apart lane by lane, sixty instructions for four floats, while a texel fetch calls a routine that
// loads whole vec4s: inside this kernel twice as fast. Both operands are RGBA32F texel buffers. A broadcast costs six
// instructions, exchanging lanes within a quad one: a lane owns 8 pixels, and a register of four weights, one in each lane,
// meets all lanes' pixels in its four permutations l -> l ^ i. So sum[4 * e + i] of lane l belongs to channel
// 4 * (l ^ i) + e.
//
// The driver's compiler keeps few values in registers across a long body: those used most often in a row, here the inputs of
// one pixel, while weights and sums are memory operands. A round takes four input channels: twice as many carry sums round the
// loop half as often, but take a tenth longer.
//
// x (n,h,w,c), y (n,h,w,k) channels-last, c and k multiples of four, k of `k4` any up to four; w packed by conv2d_pack:
// (CHANNELS k, r, s, round, channel of the round, k of these). A workgroup is one subgroup: 4 * PIXELS consecutive pixels of
// the flattened (n,i,j), CHANNELS channels.
// Groups: (pixels / (4 * PIXELS), k / CHANNELS, 1); where every image has a filter of its own (filter_step), n is 1 and z is
// the image.
//
// Variant for at most four channels of y: every lane computes them for 16 pixels of its own, and hands no weights on.
//!variant k4 -DALONE
#include "conv2d/conv2d_quads_args.h"
#include "common/half.glsl"
#define LANES 4
#define DEPTH 4
#ifdef ALONE
#define CHANNELS 4
#define PIXELS 16
#define WEIGHT(channel, d) loaded[d][channel]
#else
#define CHANNELS 16
#define PIXELS 8
#define WEIGHT(channel, d) permuted(loaded[d][channel / 4], channel % 4)
#endif
#define STEP (CHANNELS / 4) // packed vec4 of an input channel
layout(local_size_x = LANES) in;
layout(binding = 0) uniform textureBuffer x;
layout(binding = 1) uniform textureBuffer packed_w;
#ifdef ALONE
layout(binding = 2) buffer Y { float y[]; };
layout(binding = 3) readonly buffer B { float bias[]; };
#else
FOURS_UPDATE(2, y);
layout(binding = 3) readonly buffer B { vec4 bias[]; };
#endif

float permuted(float v, int i) {
    return i == 0 ? v : i == 1 ? subgroupQuadSwapHorizontal(v) : i == 2 ? subgroupQuadSwapVertical(v) : subgroupQuadSwapDiagonal(v);
}

void main() {
    const int height = h, width = w, fours = c / 4, rows = r, columns = s;
    const int lane = int(gl_SubgroupInvocationID), block = int(gl_WorkGroupID.y), image_in_z = int(gl_WorkGroupID.z);
    const int first = (int(gl_WorkGroupID.x) * LANES + lane) * PIXELS, pixels = n * p * q;

    // Of each pixel: the place of the input under tap (0,0), and its own in y. Pixels beyond the last lie far outside.
    int x_row[PIXELS], x_column[PIXELS], x_at[PIXELS], y_at[PIXELS];
    int image = first / (p * q), rest = first - image * (p * q), i = rest / q, j = rest - i * q;
    image += image_in_z;
    [[unroll]] for (int t = 0; t < PIXELS; t++) {
        x_row[t] = first + t < pixels ? i * stride - pad_h : -0x40000000;
        x_column[t] = j * stride - pad_w;
        x_at[t] = ((image * height + x_row[t]) * width + x_column[t]) * fours;
        y_at[t] = (image * y_h + i * y_step + y_row) * y_w + j * y_step + y_column;
        j++;
        if (j == q) { j = 0; i++; }
        if (i == p) { i = 0; image++; }
    }

    float sum[CHANNELS][PIXELS];
    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
        [[unroll]] for (int t = 0; t < PIXELS; t++) sum[channel][t] = 0.0;
    int w_at = block * rows * columns * fours * (DEPTH * STEP) + image_in_z * filter_step;
#ifndef ALONE
    w_at += lane;
#endif
    [[dont_unroll]] for (int tap_row = 0; tap_row < rows; tap_row++)
        [[dont_unroll]] for (int tap_column = 0; tap_column < columns; tap_column++) {
            const int ahead = (tap_row * width + tap_column) * fours;
            bool inside[PIXELS];
            int at[PIXELS];
            [[unroll]] for (int t = 0; t < PIXELS; t++) {
                inside[t] = uint(x_row[t] + tap_row) < uint(height) && uint(x_column[t] + tap_column) < uint(width);
                at[t] = inside[t] ? x_at[t] + ahead : 0;
            }
            [[dont_unroll]] for (int turn = 0; turn < fours; turn++) {
                vec4 loaded[DEPTH];
                [[unroll]] for (int d = 0; d < DEPTH; d++) loaded[d] = texelFetch(packed_w, w_at + STEP * d);
                w_at += DEPTH * STEP;
                float weight[CHANNELS][DEPTH];
                [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
                    [[unroll]] for (int d = 0; d < DEPTH; d++) weight[channel][d] = WEIGHT(channel, d);
                [[unroll]] for (int t = 0; t < PIXELS; t++) {
                    vec4 value = texelFetch(x, at[t] + turn);
                    value = inside[t] ? value : vec4(0.0);
                    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
                        [[unroll]] for (int d = 0; d < DEPTH; d++) sum[channel][t] += value[d] * weight[channel][d];
                }
            }
        }

    const int adds = accumulate, biased = has_bias;
    const float leak = slope;
#ifdef ALONE
    [[unroll]] for (int channel = 0; channel < CHANNELS; channel++)
        [[unroll]] for (int t = 0; t < PIXELS; t++)
            if (channel < k && first + t < pixels) {
                const int at = y_at[t] * k + channel;
                float value = sum[channel][t] + (biased != 0 ? bias[channel] : 0.0);
                value = value > 0.0 ? value : value * leak;
                y[at] = adds != 0 ? y[at] + value : value;
            }
#else
    const int fours_y = k / 4;
    [[unroll]] for (int e = 0; e < 4; e++) {
        const int four = (first_block + block) * (CHANNELS / 4) + (lane ^ e);
        if (four < fours_y) {
            const vec4 b = biased != 0 ? bias[four] : vec4(0.0);
            [[unroll]] for (int t = 0; t < PIXELS; t++)
                if (first + t < pixels) {
                    const int at = y_at[t] * fours_y + four;
                    vec4 value = vec4(sum[e][t], sum[4 + e][t], sum[8 + e][t], sum[12 + e][t]) + b;
                    value = mix(value * leak, value, greaterThan(value, vec4(0.0)));
                    FOUR_PUT(y, at, adds != 0 ? FOUR_AT(y, at) + value : value);
                }
        }
    }
#endif
}
