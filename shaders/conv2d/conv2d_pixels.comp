#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// Convolution for software devices, as conv2d_lanes (the same formula, push constants and packed filter), but with the
// pixels along the lanes:
//
//   y[n,i,j,k] (+)= act(bias[k] + sum_{r,s,c} x[n, i*stride+r-pad_h, j*stride+s-pad_w, c] * w[k,r,s,c])
//
// A workgroup is one subgroup of 8 lanes. A lane owns PIXELS consecutive pixels of one row of outputs and K_EACH output
// channels of each. A round takes C_EACH input channels of all columns of one filter row: a loaded pixel serves all of
// them and all output channels; a loaded weight, handed to all lanes, serves all PIXELS of theirs. w packed by conv2d_pack:
// (k block, r, s, c, K_EACH). Groups: (n * p * ceil(q / PIXELS) / 8, k / K_EACH, 1); where every image has a filter of its
// own (filter_step), n is 1 and z of the group is the image.
//
// Variants: filter width 1 (any stride), 2, 3, and 3 at stride 2; `k8`, `k4` for narrow outputs, where k4 takes any k, the
// others multiples of four; `c1` for channel counts of x that are no multiple of four.
//!variants-only
//!variant w1 -DCOLUMNS=1
//!variant w2 -DCOLUMNS=2 -DSTRIDE=1
//!variant w3 -DCOLUMNS=3 -DSTRIDE=1
//!variant w3s2 -DCOLUMNS=3 -DSTRIDE=2
//!variant w3k8 -DCOLUMNS=3 -DSTRIDE=1 -DK_EACH=8
//!variant w3k4 -DCOLUMNS=3 -DSTRIDE=1 -DK_EACH=4 -DPIXELS=8 -DY_ONE
//!variant c1w3 -DCOLUMNS=3 -DSTRIDE=1 -DC_EACH=1
//!variant c1w7s2 -DCOLUMNS=7 -DSTRIDE=2 -DC_EACH=1
#include "conv2d/conv2d_lanes_args.h"
#include "common/half.glsl"
#define LANES 8
#ifndef K_EACH
#define K_EACH 16
#endif
#ifndef PIXELS
#define PIXELS 4
#endif
#ifndef C_EACH
#define C_EACH 4
#endif
#ifndef Y_ONE
#define Y_FOUR
#endif
#ifdef STRIDE
#define STEP STRIDE
#define INPUTS ((PIXELS - 1) * STRIDE + COLUMNS) // input pixels under the PIXELS output pixels
#define INPUT_OF(t) ((t) * STRIDE)
#define INPUT_STEP 1
#else // filter width 1: only the pixels under the filter are read
#define STEP step_
#define INPUTS PIXELS
#define INPUT_OF(t) (t)
#define INPUT_STEP step_
#endif
#define TAP_FOURS (C_EACH * K_EACH / 4) // vec4 of weights of a filter column in a round
#define ROUND_FOURS (COLUMNS * TAP_FOURS)
#define ROUND_LOADS ((ROUND_FOURS + LANES - 1) / LANES)
#if C_EACH == 4
#define X_TYPE vec4
#define X_LOAD(i) FOUR_AT(x, i)
#define X_OF(value, e) (value)[e]
#else
#define X_TYPE float
#define X_LOAD(i) imageLoad(x, i).x
#define X_OF(value, e) (value)
#endif
layout(local_size_x = LANES) in;
#if C_EACH == 4
FOURS_TEXEL(0, x);
#else
layout(binding = 0, r32f) uniform readonly imageBuffer x;
#endif
layout(binding = 1, rgba32f) uniform readonly imageBuffer packed_w;
#ifdef Y_FOUR
FOURS_UPDATE(2, y);
#else
layout(binding = 2) buffer Y { float y[]; };
#endif
layout(binding = 3) readonly buffer B { float bias[]; };

void main() {
    // Push constants read inside a loop are gathered lane by lane: once, here.
    const int height = h, width = w, fours = c / C_EACH, rows = r, turns = rounds, step_ = stride, k_all = k;
    const int lane = int(gl_SubgroupInvocationID), block = int(gl_WorkGroupID.y), image_in_z = int(gl_WorkGroupID.z);
    const int units = (q + PIXELS - 1) / PIXELS, unit = int(gl_WorkGroupID.x) * LANES + lane;
    const int line = unit / units, column = (unit - line * units) * PIXELS;
    const int image = line / p + image_in_z, row = line - line / p * p;
    const bool exists = line < n * p;

    const int tap_step = turns * TAP_FOURS; // from one filter column to the next in the packed filter
    int w_at = (block * rows * COLUMNS) * tap_step + (first_image + image_in_z) * filter_step, w_lane[ROUND_LOADS];
    [[unroll]] for (int i = 0; i < ROUND_LOADS; i++) {
        const int four = min(i * LANES + lane, ROUND_FOURS - 1);
        w_lane[i] = four / TAP_FOURS * tap_step + four % TAP_FOURS;
    }

    float sum[K_EACH * PIXELS];
    [[unroll]] for (int i = 0; i < K_EACH * PIXELS; i++) sum[i] = 0.0;
    const int x_row = row * STEP - pad_h, x_column = column * STEP - pad_w;
    [[dont_unroll]] for (int tap_row = 0; tap_row < rows; tap_row++) {
        const int limit = exists && uint(x_row + tap_row) < uint(height) ? width : 0;
        const int x_line = ((image * height + x_row + tap_row) * width + x_column) * fours;
        [[dont_unroll]] for (int turn = 0; turn < turns; turn++) {
            X_TYPE under[INPUTS];
            [[unroll]] for (int i = 0; i < INPUTS; i++) {
                const bool inside = uint(x_column + i * INPUT_STEP) < uint(limit);
                const X_TYPE value = X_LOAD(inside ? x_line + i * INPUT_STEP * fours + turn : 0);
                under[i] = inside ? value : X_TYPE(0.0);
            }
            vec4 weight[ROUND_LOADS];
            [[unroll]] for (int i = 0; i < ROUND_LOADS; i++) weight[i] = imageLoad(packed_w, w_at + w_lane[i]);
            [[unroll]] for (int channel = 0; channel < K_EACH; channel++)
                [[unroll]] for (int tap = 0; tap < COLUMNS; tap++)
                    [[unroll]] for (int e = 0; e < C_EACH; e++) {
                        const int four = tap * TAP_FOURS + e * (K_EACH / 4) + channel / 4;
                        const float value = subgroupShuffle(weight[four / LANES][channel & 3], four % LANES);
                        [[unroll]] for (int t = 0; t < PIXELS; t++)
                            sum[channel * PIXELS + t] += value * X_OF(under[INPUT_OF(t) + tap], e);
                    }
            w_at += TAP_FOURS;
        }
        w_at += (COLUMNS - 1) * tap_step;
    }

    float bias_of = 0.0, bias_of_more = 0.0; // one load each for all channels, handed round
    if (has_bias != 0) {
        bias_of = bias[min(block * K_EACH + lane, k_all - 1)];
        if (K_EACH > LANES) bias_of_more = bias[min(block * K_EACH + LANES + lane, k_all - 1)];
    }
    const int y_at = (image * y_h + row * y_step + y_row) * y_w + column * y_step + y_column, count = exists ? q - column : 0;
    const int y_pixel = y_step * k_all, y_first = y_at * k_all + block * K_EACH, adds = accumulate;
    const float leak = slope;
    [[unroll]] for (int channel = 0; channel < K_EACH; channel += 4) {
        vec4 b;
        [[unroll]] for (int e = 0; e < 4; e++)
            b[e] = subgroupShuffle(channel < LANES ? bias_of : bias_of_more, (channel + e) % LANES);
        if (block * K_EACH + channel < k_all)
            [[unroll]] for (int t = 0; t < PIXELS; t++) {
                vec4 value;
                [[unroll]] for (int e = 0; e < 4; e++) value[e] = sum[(channel + e) * PIXELS + t] + b[e];
                value = mix(value * leak, value, greaterThan(value, vec4(0.0)));
                const int at = y_first + t * y_pixel + channel;
                if (t < count) {
#ifdef Y_FOUR
                    if (adds != 0) value += FOUR_AT(y, at / 4);
                    FOUR_PUT(y, at / 4, value);
#else
                    [[unroll]] for (int e = 0; e < 4; e++)
                        if (block * K_EACH + channel + e < k_all) y[at + e] = adds != 0 ? y[at + e] + value[e] : value[e];
#endif
                }
            }
    }
}
