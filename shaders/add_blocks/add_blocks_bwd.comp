// dx block i (+)= sum of dy block j over all j with a[j] = i, in the order of j. One invocation owns one item of dx.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "add_blocks_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(std430, binding = 0) readonly buffer DY { ITEM dy[]; };
layout(std430, binding = 1) buffer DX { ITEM dx[]; };

void main() {
    uint i = flat_index();
    if (i >= block * owned) return;
    uint own = i / block, rest = i % block;
    ITEM g = ITEM(0.0);
    if (accumulate != 0) g = dx[i];
    for (uint j = 0; j < blocks; j++)
        if (a[j] == own) g += dy[j * block + rest];
    dx[i] = g;
}
