// y = act(a + b) for flat arrays of `count` items; act is the leaky ReLU with `slope`. One invocation owns one item of y.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "add_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
READ(0, a);
READ(1, b);
WRITE(2, y);

void main() {
    uint i = flat_index();
    if (i < count) PUT(y, i, leaky(AT(a, i) + AT(b, i), slope));
}
