// da (+)= scale * dloss[g] * b, over (groups, rows, rows). One invocation owns one value of da.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 128) in;
#include "common/index.glsl"
#include "orthogonality_args.h"
layout(std430, binding = 0) readonly buffer B { float b[]; };
layout(std430, binding = 1) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 2) buffer DA { float da[]; };

void main() {
    uint i = flat_index();
    if (i >= groups * rows * rows) return;
    float g = scale * dloss[i / (rows * rows)] * b[i];
    if (accumulate != 0) g += da[i];
    da[i] = g;
}
