// y = a + scale * b for flat arrays of `count` items. One invocation owns one item of y.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "mul_add_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
READ(0, a);
READ(1, b);
layout(std430, binding = 2) writeonly buffer Y { ITEM y[]; };

void main() {
    uint i = flat_index();
    if (i < count) y[i] = AT(a, i) + scale * AT(b, i);
}
