// The gradients of y = act(a + b) in one pass: g = dy * act'(y) stays in dy, whose memory is from here on the gradient of
// one of the two, and the other's gets it too, d (+)= g. act is the leaky ReLU with `slope`; flat arrays of `count` items.
// One invocation owns one item.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "add_bwd_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
READ(0, y);
READ(1, dy);
WRITE(2, kept); // dy again
UPDATE(3, d);

void main() {
    uint i = flat_index();
    if (i >= count) return;
    ITEM g = AT(dy, i) * leaky_slope(AT(y, i), slope);
    PUT(kept, i, g);
    PUT(d, i, accumulate != 0 ? AT(d, i) + g : g);
}
