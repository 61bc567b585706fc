// stacked (sets, rows, columns): rows 0 and 1 of set g are the two views, anchors g and g + sets; row 2 + s is slot s of the
// group, negative g * K + s or, `mixed`, the one at place j = g * K + s of the order (view, sample): (j % P) * K + j / P.
// P = sets, K = rows - 2. One invocation owns one value.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common/index.glsl"
#include "infonce_args.h"
layout(std430, binding = 0) readonly buffer Anchors { float anchor_rows[]; };
layout(std430, binding = 1) readonly buffer Negatives { float negatives[]; };
layout(std430, binding = 2) writeonly buffer Stacked { float stacked[]; };

void main() {
    uint own = flat_index(), c = own % columns, row = own / columns % rows, g = own / columns / rows, k = rows - 2;
    if (g >= sets) return;
    if (row < 2) {
        stacked[own] = anchor_rows[(row * sets + g) * columns + c];
    } else {
        uint j = g * k + row - 2;
        uint from = mixed != 0 ? j % sets * k + j / sets : j;
        stacked[own] = negatives[from * columns + c];
    }
}
