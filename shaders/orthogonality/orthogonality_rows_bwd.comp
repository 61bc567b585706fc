// dx[r,:] (+)= dunit[r,:] * inverse[r] - means[g,:], where means holds the column means of dunit * inverse.
// dx, dunit (groups * rows, columns). One invocation owns one value of dx.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 128) in;
#include "common/index.glsl"
#include "orthogonality_args.h"
layout(std430, binding = 0) readonly buffer DUnit { float dunit[]; };
layout(std430, binding = 1) readonly buffer Inverse { float inverse[]; };
layout(std430, binding = 2) readonly buffer Means { float means[]; };
layout(std430, binding = 3) buffer DX { float dx[]; };

void main() {
    uint i = flat_index();
    if (i >= groups * rows * columns) return;
    uint row = i / columns;
    float g = dunit[i] * inverse[row] - means[row / rows * columns + i % columns];
    if (accumulate != 0) g += dx[i];
    dx[i] = g;
}
