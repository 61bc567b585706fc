#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// Convolution for software devices, where a load costs an order of magnitude more than a multiply-add and a barrier more
// than both: values are handed from lane to lane instead of through shared memory.
//
//   y[n,i,j,k] (+)= act(bias[k] + sum_{r,s,c} x[n, i*stride+r-pad_h, j*stride+s-pad_w, c] * w[k,r,s,c])
//
// x (n,h,w,c) and y channels-last; w packed by conv2d_pack: (k block, r, s, round, channel of the round, 4 * GROUP).
// A workgroup is one subgroup, split into groups of GROUP lanes. A group owns 4 * GROUP output channels of PIXELS
// consecutive pixels of the flattened (n,i,j), a lane four channels of each. In each round a lane loads four input channels
// of every pixel, and the group hands them round. Groups: (pixels / (PIXELS * LANES / GROUP), k / (4 * GROUP), 1). Where
// every image has a filter of its own (filter_step), n is 1 and z of the group is the image.
//
// Plain: x is read as single floats, the taps of a filter row together, for they are s * c consecutive floats in a
// channels-last row (packed as s = 1, c = s * c); y is written as floats. x4: x is read as texels of four channels
// (c % 4 == 0). y4: y is written as vec4 (k % 4 == 0). buffer: no texel buffers and no
// subgroups are needed; every lane is a group of its own, so that nothing is handed round.
//!variant x4 -DX_FOUR
//!variant y4 -DY_FOUR
//!variant x4y4 -DX_FOUR -DY_FOUR
//!variant buffer -DBUFFER
//!variant x4buffer -DX_FOUR -DBUFFER
//!variant y4buffer -DY_FOUR -DBUFFER
//!variant x4y4buffer -DX_FOUR -DY_FOUR -DBUFFER
#include "conv2d/conv2d_lanes_args.h"
#include "common/half.glsl"
#ifdef BUFFER
#define PIXELS 4
#define LANES 64
#define GROUP 1
#define LANE gl_LocalInvocationID.x
#define HAND(value, from) value
layout(local_size_x = LANES) in;
#else
#define PIXELS 6 // as many sums and inputs as still stay in vector registers for the most part
#define LANE gl_SubgroupInvocationID
#define HAND(value, from) subgroupShuffle(value, uint(from))
layout(local_size_x_id = 0) in;
layout(constant_id = 0) const int LANES = 8; // the subgroup size
layout(constant_id = 1) const int GROUP = 8; // divides LANES
#endif
#ifdef BUFFER
#ifdef X_FOUR
FOURS_READ(0, x);
#define X_LOAD(i) FOUR_AT(x, i)
#else
layout(binding = 0) readonly buffer X { float x[]; };
#define X_LOAD(i) x[i]
#endif
layout(binding = 1) readonly buffer W { vec4 packed_w[]; };
#define W_LOAD(i) packed_w[i]
#else
#ifdef X_FOUR
FOURS_TEXEL(0, x);
#define X_LOAD(i) FOUR_AT(x, i)
#else
layout(binding = 0, r32f) uniform readonly imageBuffer x;
#define X_LOAD(i) imageLoad(x, i).x
#endif
layout(binding = 1, rgba32f) uniform readonly imageBuffer packed_w;
#define W_LOAD(i) imageLoad(packed_w, i)
#endif
#ifdef Y_FOUR
FOURS_UPDATE(2, y);
#else
layout(binding = 2) buffer Y { float y[]; };
#endif
layout(binding = 3) readonly buffer B { float bias[]; };

// Push constants are read once, in main: inside a loop this costs as much as any other load.
struct window {
    int row[PIXELS], column[PIXELS]; // of the input pixel under tap (0,0); row is far outside for pixels beyond the last
    int at[PIXELS];                  // its place in x, with this lane's channels
    int y_at[PIXELS];                // the pixel in y
};

window find_window(int first, int lane_in_group) {
    window z;
    int image = first / (p * q), rest = first - image * (p * q), i = rest / q, j = rest - i * q;
    image += int(gl_WorkGroupID.z);
    [[unroll]] for (int t = 0; t < PIXELS; t++) {
        int row = i * stride - pad_h, column = j * stride - pad_w;
        z.row[t] = first + t < n * p * q ? row : -0x40000000;
#ifdef X_FOUR
        z.column[t] = column;
        z.at[t] = ((image * h + row) * w + column) * (c / 4) + lane_in_group;
#else
        z.column[t] = column * c + lane_in_group * 4;
        z.at[t] = ((image * h + row) * w + column) * c + lane_in_group * 4;
#endif
        z.y_at[t] = (image * y_h + i * y_step + y_row) * y_w + j * y_step + y_column;
        j++;
        if (j == q) { j = 0; i++; }
        if (i == p) { i = 0; image++; }
    }
    return z;
}

void finish(window z, vec4 sum[PIXELS], int first, int channel) {
    if (channel >= k) return;
    vec4 b = vec4(0.0);
    if (has_bias != 0)
        [[unroll]] for (int e = 0; e < 4; e++) b[e] = bias[min(channel + e, k - 1)];
    [[unroll]] for (int t = 0; t < PIXELS; t++) {
        if (first + t >= n * p * q) return;
        vec4 value = sum[t] + b;
        value = mix(value * slope, value, greaterThan(value, vec4(0.0)));
#ifdef Y_FOUR
        int at = (z.y_at[t] * k + channel) / 4;
        if (accumulate != 0) value += FOUR_AT(y, at);
        FOUR_PUT(y, at, value);
#else
        [[unroll]] for (int e = 0; e < 4; e++) {
            if (channel + e >= k) break;
            int at = z.y_at[t] * k + channel + e;
            y[at] = accumulate != 0 ? y[at] + value[e] : value[e];
        }
#endif
    }
}

void main() {
    int lane = int(LANE), group_first = lane & ~(GROUP - 1), in_group = lane & (GROUP - 1);
    int first = (int(gl_WorkGroupID.x) * (LANES / GROUP) + lane / GROUP) * PIXELS, block = int(gl_WorkGroupID.y);
    window z = find_window(first, in_group);
#ifdef X_FOUR
    const int height = h, width = w, channels = c / 4, taps = s, line = w * channels, step = depth / 4;
#else
    const int height = h, width = w * c, channels = s * c, taps = 1, line = w * c, step = depth;
#endif
    const int rows = r, round_count = rounds, quads = depth / 4;
    vec4 sum[PIXELS];
    [[unroll]] for (int t = 0; t < PIXELS; t++) sum[t] = vec4(0.0);
    int w_at = block * (rows * taps * round_count * quads * 4 * GROUP) + in_group;
    w_at += (first_image + int(gl_WorkGroupID.z)) * filter_step;
    [[dont_unroll]] for (int tap_row = 0; tap_row < rows; tap_row++)
        [[dont_unroll]] for (int tap = 0; tap < taps; tap++)
            [[dont_unroll]] for (int turn = 0; turn < round_count; turn++) {
                vec4 input_of[PIXELS];
                int ahead = tap_row * line + tap * channels + turn * step;
                [[unroll]] for (int t = 0; t < PIXELS; t++) {
                    bool inside = uint(z.row[t] + tap_row) < uint(height);
#ifdef X_FOUR
                    inside = inside && uint(z.column[t] + tap) < uint(width) && turn * step + in_group < channels;
                    vec4 value = X_LOAD(inside ? z.at[t] + ahead : 0);
                    input_of[t] = inside ? value : vec4(0.0);
#else
                    [[unroll]] for (int e = 0; e < 4; e++) {
                        int offset = turn * step + e;
                        bool here = inside && uint(z.column[t] + offset) < uint(width) && in_group * 4 + offset < channels;
                        float value = X_LOAD(here ? z.at[t] + tap_row * line + offset : 0);
                        input_of[t][e] = here ? value : 0.0;
                    }
#endif
                }
                // Four channels a turn: the body stays below 8 KiB of code, what a CPU keeps decoded.
                [[dont_unroll]] for (int quad = 0; quad < quads; quad++) {
                    [[unroll]] for (int e = 0; e < 4; e++) {
                        vec4 weight = W_LOAD(w_at + e * GROUP);
                        [[unroll]] for (int t = 0; t < PIXELS; t++)
                            sum[t] += weight * HAND(input_of[t][e], quad + group_first);
                    }
                    w_at += 4 * GROUP;
                }
            }
    finish(z, sum, first, (block * GROUP + in_group) * 4);
}
