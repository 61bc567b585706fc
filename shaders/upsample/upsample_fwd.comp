// y = bilinear x2 of act(x), half-pixel centres, edges clamped. x (n, h, w, c), y (n, 2h, 2w, c).
// Four neighbouring pixels of x, (i, i+1) x (j, j+1) with i in -1..h-1 and j in -1..w-1, fully determine the four outputs
// (2i+1, 2i+2) x (2j+1, 2j+2): one invocation owns those four (two or one at the border) for one channel item.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "upsample_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
READ(0, x);
WRITE(1, y);

void main() {
    uint i = flat_index();
    uint c = i % channels;
    i /= channels;
    uint right = i % (width + 1);
    i /= width + 1;
    uint below = i % (height + 1);
    uint n = i / (height + 1);
    if (n >= images) return;
    uint above = max(below, 1) - 1, left = max(right, 1) - 1;
    uint row0 = (n * height + above) * width, row1 = (n * height + min(below, height - 1)) * width;
    uint column1 = min(right, width - 1);
    ITEM a = leaky(AT(x, (row0 + left) * channels + c), slope), b = leaky(AT(x, (row0 + column1) * channels + c), slope);
    ITEM d = leaky(AT(x, (row1 + left) * channels + c), slope), e = leaky(AT(x, (row1 + column1) * channels + c), slope);
    ITEM near_left = 0.75 * a + 0.25 * d, near_right = 0.75 * b + 0.25 * e;
    ITEM far_left = 0.25 * a + 0.75 * d, far_right = 0.25 * b + 0.75 * e;
    bool has_left = right > 0, has_right = right < width;
    if (below > 0) {
        uint at = ((n * 2 * height + 2 * below - 1) * 2 * width + 2 * right) * channels + c;
        if (has_left) PUT(y, at - channels, 0.75 * near_left + 0.25 * near_right);
        if (has_right) PUT(y, at, 0.25 * near_left + 0.75 * near_right);
    }
    if (below < height) {
        uint at = ((n * 2 * height + 2 * below) * 2 * width + 2 * right) * channels + c;
        if (has_left) PUT(y, at - channels, 0.75 * far_left + 0.25 * far_right);
        if (has_right) PUT(y, at, 0.25 * far_left + 0.75 * far_right);
    }
}
