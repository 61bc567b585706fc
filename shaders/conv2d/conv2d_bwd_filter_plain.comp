#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// conv2d backward-filter for software devices, first pass, any shape and without subgroups or texel buffers:
//
//   part[split,k,r,s,c] = sum over lines (n,p) of the split, over q: dy[n,p,q,k] * x[n, p*stride+r-pad, q*stride+s-pad, c]
//
// dy (n,p,q,k), x (n,h,w,c), part (split,k,r,s,c). An invocation owns 4 output and 4 input channels of one tap; invocation
// ((k block * r + tap row) * s + tap column) * c_blocks + c block. Groups: (invocations / 64, splits).
#include "conv2d/conv2d_bwd_filter_lanes_args.h"
#include "common/half.glsl"
#define EACH 4
layout(local_size_x = 64) in;
ONES_READ(0, dy);
ONES_READ(1, x);
layout(binding = 2) writeonly buffer PART { float part[]; };

void main() {
    int rest = int(gl_GlobalInvocationID.x);
    const int c_first = rest % c_blocks * EACH;
    rest /= c_blocks;
    const int tap_column = rest % s;
    rest /= s;
    const int tap_row = rest % r, k_first = rest / r * EACH, split = int(gl_WorkGroupID.y);
    if (k_first >= k) return;
    // Push constants read inside a loop are gathered lane by lane on some drivers: once, here.
    const int height = h, width = w, c_all = c, k_all = k, lines_p = p, pixels_q = q, step = stride, pad_ = pad;
    int c_read[EACH], k_read[EACH];
    [[unroll]] for (int i = 0; i < EACH; i++) {
        c_read[i] = min(c_first + i, c_all - 1);
        k_read[i] = min(k_first + i, k_all - 1);
    }
    // The output columns whose input column lies inside the image.
    const int ahead = pad_ - tap_column, last_column = width - 1 + ahead;
    const int q_begin = max(0, (ahead + step - 1) / step), q_end = last_column < 0 ? 0 : min(pixels_q, last_column / step + 1);
    const int begin = split * lines_per_split, end = min(begin + lines_per_split, n * lines_p);
    float sum[EACH][EACH];
    [[unroll]] for (int i = 0; i < EACH; i++)
        [[unroll]] for (int j = 0; j < EACH; j++) sum[i][j] = 0.0;
    int image = begin / lines_p, p_at = begin - image * lines_p;
    for (int line = begin; line < end; line++) {
        const int x_row = p_at * step + tap_row - pad_;
        if (x_row >= 0 && x_row < height) {
            int dy_at = (line * pixels_q + q_begin) * k_all;
            int x_at = ((image * height + x_row) * width + q_begin * step - ahead) * c_all;
            for (int column = q_begin; column < q_end; column++) {
                float gradient[EACH];
                [[unroll]] for (int i = 0; i < EACH; i++) gradient[i] = ONE_AT(dy, dy_at + k_read[i]);
                [[unroll]] for (int j = 0; j < EACH; j++) {
                    const float value = ONE_AT(x, x_at + c_read[j]);
                    [[unroll]] for (int i = 0; i < EACH; i++) sum[i][j] += gradient[i] * value;
                }
                dy_at += k_all;
                x_at += step * c_all;
            }
        }
        p_at++;
        if (p_at == lines_p) { p_at = 0; image++; }
    }
    [[unroll]] for (int i = 0; i < EACH; i++)
        [[unroll]] for (int j = 0; j < EACH; j++) {
            const int filter_row = (((first_split + split) * k_all + k_first + i) * r + tap_row) * s + tap_column;
            if (k_first + i < k_all && c_first + j < c_all) part[filter_row * c_all + c_first + j] = sum[i][j];
        }
}
