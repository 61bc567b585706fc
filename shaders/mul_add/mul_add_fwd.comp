// y = a + scale * b for flat arrays of `count` items. One invocation owns one item of y.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "mul_add_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(std430, binding = 0) readonly buffer A { ITEM a[]; };
layout(std430, binding = 1) readonly buffer B { ITEM b[]; };
layout(std430, binding = 2) writeonly buffer Y { ITEM y[]; };

void main() {
    uint i = flat_index();
    if (i < count) y[i] = a[i] + scale * b[i];
}
