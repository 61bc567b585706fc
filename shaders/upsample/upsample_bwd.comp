// dx (+)= act'(x) * (transpose of bilinear x2) dy. x, dx (n, h, w, c), dy (n, 2h, 2w, c).
// Pixel (i, j) of x reaches rows 2i-1..2i+2 of y with weights 1/4, 3/4, 3/4, 1/4 (likewise columns); a row beyond the
// border is the border row, whose weight was moved there by the clamping. One invocation owns one channel item of a 2 x 2
// square of dx: its 6 x 6 square of dy is read once, nine values for each of the four instead of sixteen.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "upsample_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool ACTIVATION = true; // false: x is bound but not read
READ(0, x);
READ(1, dy);
UPDATE(2, dx);

struct Pair {
    ITEM left, right;
};
uint c, base, row0, column[6];

// Row row0 - 1 + k of dy, weighted for the two columns of dx.
Pair weigh(uint k) {
    uint row = base + min(max(row0 + k, 1) - 1, 2 * height - 1) * 2 * width;
    ITEM v[6];
    for (uint m = 0; m < 6; m++) v[m] = AT(dy, (row + column[m]) * channels + c);
    return Pair(0.25 * (v[0] + v[3]) + 0.75 * (v[1] + v[2]), 0.25 * (v[2] + v[5]) + 0.75 * (v[3] + v[4]));
}

void put(uint place, ITEM g) {
    if (ACTIVATION) g *= leaky_slope(AT(x, place), slope);
    if (accumulate != 0) g += AT(dx, place);
    PUT(dx, place, g);
}

void main() {
    uint i = flat_index(), across = (width + 1) / 2, down = (height + 1) / 2;
    c = i % channels;
    i /= channels;
    uint line = i / across % down * 2, n = i / across / down, first = i % across * 2;
    if (n >= images) return;
    for (uint m = 0; m < 6; m++) column[m] = min(max(2 * first + m, 1) - 1, 2 * width - 1);
    base = n * 4 * height * width;
    row0 = 2 * line;
    Pair r0 = weigh(0), r1 = weigh(1), r2 = weigh(2), r3 = weigh(3), r4 = weigh(4), r5 = weigh(5);
    uint place = ((n * height + line) * width + first) * channels + c;
    bool two = first + 1 < width;
    put(place, 0.25 * (r0.left + r3.left) + 0.75 * (r1.left + r2.left));
    if (two) put(place + channels, 0.25 * (r0.right + r3.right) + 0.75 * (r1.right + r2.right));
    if (line + 1 == height) return;
    place += width * channels;
    put(place, 0.25 * (r2.left + r5.left) + 0.75 * (r3.left + r4.left));
    if (two) put(place + channels, 0.25 * (r2.right + r5.right) + 0.75 * (r3.right + r4.right));
}
