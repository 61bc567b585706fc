// dx (+)= act'(x) * (transpose of bilinear x2) dy. x, dx (n, h, w, c), dy (n, 2h, 2w, c).
// Pixel (i, j) of x reaches rows 2i-1..2i+2 of y with weights 1/4, 3/4, 3/4, 1/4 (likewise columns); a row beyond the
// border is the border row, whose weight was moved there by the clamping. One invocation owns one item of dx.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "upsample_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool ACTIVATION = true; // false: x is bound but not read
layout(std430, binding = 0) readonly buffer X { ITEM x[]; };
layout(std430, binding = 1) readonly buffer DY { ITEM dy[]; };
layout(std430, binding = 2) buffer DX { ITEM dx[]; };

uint c, c0, c1, c2, c3;

ITEM row(uint r) {
    uint at = r * 2 * width;
    return 0.25 * (dy[(at + c0) * channels + c] + dy[(at + c3) * channels + c]) +
           0.75 * (dy[(at + c1) * channels + c] + dy[(at + c2) * channels + c]);
}

void main() {
    uint i = flat_index(), at = i;
    c = i % channels;
    i /= channels;
    uint column = i % width;
    i /= width;
    uint line = i % height, n = i / height;
    if (n >= images) return;
    c1 = 2 * column;
    c0 = max(c1, 1) - 1;
    c2 = c1 + 1;
    c3 = min(c1 + 2, 2 * width - 1);
    uint base = n * 2 * height, r1 = 2 * line;
    ITEM g = 0.25 * (row(base + max(r1, 1) - 1) + row(base + min(r1 + 2, 2 * height - 1))) +
             0.75 * (row(base + r1) + row(base + r1 + 1));
    if (ACTIVATION) g *= leaky_slope(x[at], slope);
    if (accumulate != 0) g += dx[at];
    dx[at] = g;
}
