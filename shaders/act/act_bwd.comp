// dx (+)= scale * dy * act'(x), with act' taken from y = act(x); flat arrays of `count` items.
// KIND 0: act' = 1 (y is bound but not read), 1: leaky ReLU, 2: tanh. One invocation owns one item of dx.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "act_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(constant_id = 0) const uint KIND = 1;
READ(0, y);
READ(1, dy);
UPDATE(2, dx);

void main() {
    uint i = flat_index();
    if (i >= count) return;
    ITEM g = scale * AT(dy, i);
    if (KIND == 1) {
        g *= leaky_slope(AT(y, i), slope);
    } else if (KIND == 2) {
        ITEM v = AT(y, i);
        g *= 1.0 - v * v;
    }
    if (accumulate != 0) g += AT(dx, i);
    PUT(dx, i, g);
}
