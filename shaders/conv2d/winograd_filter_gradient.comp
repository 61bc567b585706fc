#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The gradient of a filter from its transformed one: dw(k,r,s,c) (+)= G^T m G (conv2d/winograd.glsl) with m[element][k][c].
// An invocation owns one channel k of one channel item c. Groups: (k * c / 64), flat; c fastest.
//!variant texel -DTEXEL
#include "common/element.glsl"
#include "common/index.glsl"
#include "conv2d/winograd.glsl"
#include "conv2d/winograd_filter_args.h"
layout(local_size_x = 64) in;
READ(0, m);
layout(binding = 1) buffer DW { ITEM dw[]; };

void main() {
    const int item = int(flat_index()), items = c, channel = item / items, step = element_step, adds = accumulate;
    if (channel >= k) return;
    ITEM d[36];
    [[unroll]] for (int i = 0; i < 36; i++) d[i] = AT(m, item + i * step);
    [[unroll]] for (int j = 0; j < 6; j++)
        winograd_filter_gradient(d[j], d[6 + j], d[12 + j], d[18 + j], d[24 + j], d[30 + j]);
    const int first = channel * 9 * items + item - channel * items;
    [[unroll]] for (int i = 0; i < 3; i++) {
        winograd_filter_gradient(d[6 * i], d[6 * i + 1], d[6 * i + 2], d[6 * i + 3], d[6 * i + 4], d[6 * i + 5]);
        [[unroll]] for (int j = 0; j < 3; j++) {
            const int at = first + (3 * i + j) * items;
            dw[at] = adds != 0 ? dw[at] + d[6 * i + j] : d[6 * i + j];
        }
    }
}
