#version 450
#extension GL_GOOGLE_include_directive : require
// Convolution for GPUs, as implicit GEMM on the tile engine: forward, and backward-data in its role as a convolution of dy
// with the filter turned round (src/ops/conv_roles.h):
//
//   y[n,i,j,k] (+)= act(bias[k] + sum_{r,s,c} x[n, i*stride+r-pad_h, j*stride+s-pad_w, c] * w(k,r,s,c))
//
// Rows are output pixels (n,i,j), columns output channels k, depth the taps (r,s,c), c fastest. x (n,h,w,c) and y are
// channels-last; the filter lies by strides. A workgroup owns GEMM_BM pixels x GEMM_BN channels: groups (pixels, channels).
//
// Plain: any channels. The others fetch four input channels at once (c % 4 == 0); c: neighbouring c of the filter are
// neighbours in memory (forward); k: neighbouring k are (backward-data). The numbers are the tile. All but c256x4, which is
// for outputs of a few channels, store four channels at once (k % 4 == 0).
//!variant c64x64 -DFOUR -DY_FOUR
//!variant c128x64 -DFOUR -DY_FOUR -DGEMM_BM=128 -DGEMM_BN=64 -DGEMM_TM=8 -DGEMM_TN=4
//!variant c128x128 -DFOUR -DY_FOUR -DGEMM_BM=128 -DGEMM_BN=128 -DGEMM_TM=8 -DGEMM_TN=8
//!variant c256x4 -DFOUR -DGEMM_BM=256 -DGEMM_BN=4 -DGEMM_TM=4 -DGEMM_TN=4
//!variant k64x64 -DFOUR -DY_FOUR -DGEMM_B_N_RUNS
//!variant k128x64 -DFOUR -DY_FOUR -DGEMM_B_N_RUNS -DGEMM_BM=128 -DGEMM_BN=64 -DGEMM_TM=8 -DGEMM_TN=4
//!variant k128x128 -DFOUR -DY_FOUR -DGEMM_B_N_RUNS -DGEMM_BM=128 -DGEMM_BN=128 -DGEMM_TM=8 -DGEMM_TN=8
// m: the same tiles on cooperative matrices, from values rounded to half.
//!newer-variant mc64x64 -DGEMM_MATRIX -DFOUR -DY_FOUR -DGEMM_BM=64 -DGEMM_BN=64 -DGEMM_TM=8 -DGEMM_TN=8
//!newer-variant mc128x128 -DGEMM_MATRIX -DFOUR -DY_FOUR -DGEMM_BM=128 -DGEMM_BN=128 -DGEMM_TM=8 -DGEMM_TN=8
//!newer-variant mk64x64 -DGEMM_MATRIX -DFOUR -DY_FOUR -DGEMM_B_N_RUNS -DGEMM_BM=64 -DGEMM_BN=64 -DGEMM_TM=8 -DGEMM_TN=8
//!newer-variant mk128x128 -DGEMM_MATRIX -DFOUR -DY_FOUR -DGEMM_B_N_RUNS -DGEMM_BM=128 -DGEMM_BN=128 -DGEMM_TM=8 -DGEMM_TN=8
#include "conv2d/conv2d_tile_args.h"
#include "common/gemm.glsl"
#include "common/half.glsl"
#ifdef FOUR
FOURS_READ(0, x);
layout(binding = 1) readonly buffer W { vec4 filter_[]; };
#else
ONES_READ(0, x);
layout(binding = 1) readonly buffer W { float filter_[]; };
#endif
layout(binding = 2) readonly buffer B { float bias[]; };
#ifdef Y_FOUR
FOURS_UPDATE(3, y);
#else
// Halves lie in fours, and come only where channels do.
layout(constant_id = HALF_ID + 3) const bool y_is_half = false;
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 3) buffer YHalf { uvec2 y_halves[]; };
#endif

// The pixel under tap (0,0) of the rows this invocation fetches, prepared once: its row (far outside for rows beyond the
// last), its column, and its place in x.
int x_row[GEMM_A_ITEMS], x_column[GEMM_A_ITEMS], x_pixel[GEMM_A_ITEMS];

void find_pixels(uint m0) {
    [[unroll]] for (uint i = 0; i < GEMM_A_ITEMS; i++) {
        const int pixel = int(m0 + gemm_a_place(i).x), image = pixel / (p * q), at = pixel - image * (p * q);
        x_row[i] = pixel < n * p * q ? at / q * stride - pad_h : -0x40000000;
        x_column[i] = at % q * stride - pad_w;
        x_pixel[i] = (image * h + x_row[i]) * w + x_column[i];
    }
}

struct tap {
    int row, column, channel;
};
tap tap_of(int depth) {
    const int channels = max(c, 1), columns = max(s, 1), row_column = depth / channels; // both are 0 in an empty sum
    return tap(row_column / columns, row_column % columns, depth - row_column * channels);
}

bool inside(uint item, tap t) {
    return uint(x_row[item] + t.row) < uint(h) && uint(x_column[item] + t.column) < uint(w);
}

#ifdef FOUR
// The tap of this invocation's next fours of x and of the filter: they all lie at the same depth (k runs), which grows by
// GEMM_BK a round. Stepping costs less than dividing.
tap tap_at;
void step_tap(inout tap t) {
    t.channel += GEMM_BK;
    while (t.channel >= c) {
        t.channel -= c;
        if (++t.column == s) {
            t.column = 0;
            t.row++;
        }
    }
}

vec4 a_four(uint item, uint m, uint depth) {
    if (item == 0 && depth >= GEMM_BK) step_tap(tap_at);
    const bool here = tap_at.row < r && inside(item, tap_at);
    return here ? FOUR_AT(x, ((x_pixel[item] + tap_at.row * w + tap_at.column) * c + tap_at.channel) / 4) : vec4(0.0);
}

vec4 b_four(uint item, uint channel, uint depth) {
#ifdef GEMM_B_N_RUNS
    const tap t = tap_of(int(depth));
    const bool here = t.row < r && int(channel) < k;
    const int at = base + t.row * r_stride + t.column * s_stride + t.channel * c_stride + int(channel);
#else
    const bool here = tap_at.row < r && int(channel) < k;
    const int at = base + int(channel) * k_stride + tap_at.row * r_stride + tap_at.column * s_stride + tap_at.channel;
#endif
    return here ? filter_[at / 4] : vec4(0.0);
}
#else
vec4 a_four(uint item, uint m, uint depth) {
    vec4 v = vec4(0.0);
    [[unroll]] for (int e = 0; e < 4; e++) {
        const tap t = tap_of(int(depth) + e);
        if (t.row < r && inside(item, t)) v[e] = ONE_AT(x, (x_pixel[item] + t.row * w + t.column) * c + t.channel);
    }
    return v;
}

vec4 b_four(uint item, uint channel, uint depth) {
    vec4 v = vec4(0.0);
    [[unroll]] for (int e = 0; e < 4; e++) {
        const tap t = tap_of(int(depth) + e);
        if (t.row < r && int(channel) < k)
            v[e] = filter_[base + int(channel) * k_stride + t.row * r_stride + t.column * s_stride + t.channel * c_stride];
    }
    return v;
}
#endif

void main() {
    const uint m0 = gl_WorkGroupID.x * GEMM_BM, n0 = gl_WorkGroupID.y * GEMM_BN;
    find_pixels(m0);
#ifdef FOUR
    tap_at = tap_of(int(gemm_a_place(0).y));
#endif
    vec4 sum[GEMM_TM][GEMM_TN / 4];
    gemm_tile(m0, n0, 0, uint(r * s * c), sum);
    [[unroll]] for (uint i = 0; i < GEMM_TM; i++) {
        const int pixel = int(m0 + gemm_row(i)), image = pixel / (p * q), at = pixel - image * (p * q);
        if (pixel >= n * p * q) continue;
        const int y_pixel = (image * y_h + at / q * y_step + y_row) * y_w + at % q * y_step + y_column;
        [[unroll]] for (uint j = 0; j < GEMM_TN / 4; j++) {
            const int channel = int(n0 + gemm_column(j)), to = y_pixel * k + channel;
            if (channel >= k) continue;
            vec4 value = sum[i][j];
            if (has_bias != 0)
                [[unroll]] for (int e = 0; e < 4; e++) value[e] += bias[min(channel + e, k - 1)];
            value = mix(slope * value, value, greaterThan(value, vec4(0.0)));
#ifdef Y_FOUR
            FOUR_PUT(y, to / 4, accumulate != 0 ? FOUR_AT(y, to / 4) + value : value);
#else
            if (y_is_half) {
                if (accumulate != 0) value += half_four(y_halves[to / 4]);
                y_halves[to / 4] = half_words(value);
                continue;
            }
            [[unroll]] for (int e = 0; e < 4; e++)
                if (channel + e < k) y[to + e] = accumulate != 0 ? y[to + e] + value[e] : value[e];
#endif
        }
    }
}
