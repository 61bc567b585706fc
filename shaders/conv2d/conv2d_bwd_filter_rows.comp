#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// conv2d backward-filter of the first layer (three input channels, 7 wide, stride 2) for software devices, first pass:
//
//   part[split,k,r,s,c] = sum over lines (n,p) of the split, over q: dy[n,p,q,k] * x[n, p*stride+r-pad, q*stride+s-pad, c]
//
// dy (n,p,q,k), x (n,h,w,c), part (split,k,r,s,c), any k. A workgroup is one subgroup of 8 lanes. A lane owns output
// channels 8 * (K_EACH * block + i) + lane, i < K_EACH, and one filter row. Groups: (k blocks x r, splits).
//
// In a channels-last line the COLUMNS * CHANNELS values under a filter row are neighbours, and those of neighbouring
// pixels overlap: the lanes load the values under a whole round of PIXELS once and hand them round.
//!variants-only
//!variant k16 -DK_EACH=2
//!variant k32 -DK_EACH=4
#include "conv2d/conv2d_bwd_filter_lanes_args.h"
#include "common/half.glsl"
#define LANES 8
#define CHANNELS 3
#define COLUMNS 7
#define STRIDE 2
#define PIXELS 8
#define TAPS (COLUMNS * CHANNELS)
#define LOADS ((((PIXELS - 1) * STRIDE + COLUMNS) * CHANNELS + LANES - 1) / LANES)
layout(local_size_x = LANES) in;
ONES_TEXEL(0, dy);
layout(binding = 1, r32f) uniform readonly imageBuffer x;
layout(binding = 2) writeonly buffer PART { float part[]; };

void main() {
    // Push constants read inside a loop are gathered lane by lane: once, here.
    const int height = h, line_floats = w * CHANNELS, lines_p = p, pixels_q = q, k_all = k, rows_r = r, pad_ = pad;
    const int lane = int(gl_SubgroupInvocationID), split = int(gl_WorkGroupID.y);
    const int k_block = int(gl_WorkGroupID.x) % k_blocks, row = int(gl_WorkGroupID.x) / k_blocks;
    int channel[K_EACH], channel_read[K_EACH];
    [[unroll]] for (int i = 0; i < K_EACH; i++) {
        channel[i] = (k_block * K_EACH + i) * LANES + lane;
        channel_read[i] = min(channel[i], k_all - 1);
    }
    int line = split * lines_per_split, left = 0, image_at = line / lines_p, p_at = line - image_at * lines_p;
    const int end = min(line + lines_per_split, n * lines_p);
    float sum[TAPS][K_EACH];
    [[unroll]] for (int tap = 0; tap < TAPS; tap++)
        [[unroll]] for (int i = 0; i < K_EACH; i++) sum[tap][i] = 0.0;

    while (line < end) {
        float gradient[PIXELS][K_EACH], under[LOADS];
        [[unroll]] for (int pixel = 0; pixel < PIXELS; pixel++) {
            const bool exists = left + pixel < pixels_q;
            const int at = (line * pixels_q + left + pixel) * k_all;
            [[unroll]] for (int i = 0; i < K_EACH; i++) {
                const float value = ONE_AT(dy, exists ? at + channel_read[i] : 0);
                gradient[pixel][i] = exists ? value : 0.0;
            }
        }
        const int x_row = p_at * STRIDE + row - pad_, first = (left * STRIDE - pad_) * CHANNELS + lane;
        const int limit = uint(x_row) < uint(height) ? line_floats : 0, x_at = (image_at * height + x_row) * line_floats;
        [[unroll]] for (int i = 0; i < LOADS; i++) {
            const int offset = first + i * LANES;
            const bool inside = uint(offset) < uint(limit);
            const float value = imageLoad(x, inside ? x_at + offset : 0).x;
            under[i] = inside ? value : 0.0;
        }
        [[unroll]] for (int tap = 0; tap < TAPS; tap++)
            [[unroll]] for (int pixel = 0; pixel < PIXELS; pixel++) {
                const int offset = pixel * STRIDE * CHANNELS + tap;
                const float value = subgroupShuffle(under[offset / LANES], offset % LANES);
                [[unroll]] for (int i = 0; i < K_EACH; i++) sum[tap][i] += value * gradient[pixel][i];
            }
        left += PIXELS;
        if (left >= pixels_q) {
            left = 0;
            line++;
            p_at++;
            if (p_at == lines_p) { p_at = 0; image_at++; }
        }
    }
    [[unroll]] for (int i = 0; i < K_EACH; i++)
        if (channel[i] < k_all)
            [[unroll]] for (int tap = 0; tap < TAPS; tap++)
                part[(((first_split + split) * k_all + channel[i]) * rows_r + row) * TAPS + tap] = sum[tap][i];
}
