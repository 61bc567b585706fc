// y block j = x block a[j] + z block b[j], blocks of `block` items. One invocation owns one item of y.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "add_blocks_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(std430, binding = 0) readonly buffer X { ITEM x[]; };
layout(std430, binding = 1) readonly buffer Z { ITEM z[]; };
layout(std430, binding = 2) writeonly buffer Y { ITEM y[]; };

void main() {
    uint i = flat_index();
    if (i >= block * blocks) return;
    uint j = i / block, rest = i % block;
    y[i] = x[a[j] * block + rest] + z[b[j] * block + rest];
}
