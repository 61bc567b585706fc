#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Pixels of c channels with zeros behind them, up to a multiple of four: to (pixels, ceil(c / 4)) vec4 from (pixels, c). So
// kernels whose loads are vec4 also serve images of three channels. An invocation owns one vec4.
#include "common/half.glsl"
#include "common/index.glsl"
#include "conv2d/conv2d_fours_args.h"
layout(local_size_x = 64) in;
ONES_READ(0, from);
layout(binding = 1) writeonly buffer TO { vec4 to[]; };

void main() {
    const int item = int(flat_index()), fours = (c + 3) / 4;
    if (item >= total) return;
    const int pixel = item / fours, first = item % fours * 4;
    vec4 v = vec4(0.0);
    [[unroll]] for (int e = 0; e < 4; e++)
        if (first + e < c) v[e] = ONE_AT(from, pixel * c + first + e);
    to[item] = v;
}
