#version 450
#extension GL_GOOGLE_include_directive : require
// First pass of a column sum on software devices, where a barrier is dear:
//
//   part[first_run + run][column] = sum of x[row][column] over the rows of one run
//
// In the leaky variants x is a gradient dy, which first goes through the leaky ReLU that conv2d and linear fuse behind
// themselves, in place: dy *= slope where y <= 0 (the sign of the output is the sign of its argument).
// An invocation owns a column item of one run, columns fastest.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
//!variant leaky -DLEAKY
//!variant leaky.v4 -DLEAKY -DVEC4
//!variant leaky.texel -DLEAKY -DTEXEL
#include "column_sum_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
READ(0, x);
layout(binding = 1) writeonly buffer PART { ITEM part[]; };
#ifdef LEAKY
READ(2, y);
WRITE(3, dy); // x again
#endif

void main() {
    const uint i = flat_index(), items = columns, column = i % items, run = i / items;
    if (run >= runs) return;
    const uint first = run * rows_per_run, end = min(first + rows_per_run, rows);
    const float leak = slope;
    ITEM sum = ITEM(0.0);
    for (uint row = first, at = first * items + column; row < end; row++, at += items) {
        ITEM g = AT(x, at);
#ifdef LEAKY
        g *= leaky_slope(AT(y, at), leak);
        PUT(dy, at, g);
#endif
        sum += g;
    }
    part[(first_run + run) * items + column] = sum;
}
