// unit[r,:] = (x[r,:] - means[g,:]) * inverse[r] with inverse[r] = 1 / (|x[r,:] - means[g,:]| + 1e-6), g the row's group.
// x, unit (groups * rows, columns). One workgroup owns one row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "orthogonality_args.h"
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Means { float means[]; };
layout(std430, binding = 2) writeonly buffer Unit { float unit[]; };
layout(std430, binding = 3) writeonly buffer Inverse { float inverse[]; };

void main() {
    uint row = flat_group(), lane = gl_LocalInvocationID.x;
    if (row >= groups * rows) return; // the whole workgroup
    uint at = row * columns, mean_at = row / rows * columns;
    float squares = 0.0;
    for (uint c = lane; c < columns; c += GROUP_SIZE) {
        float d = x[at + c] - means[mean_at + c];
        squares += d * d;
    }
    float scaling = 1.0 / (sqrt(group_sum(squares)) + 1e-6);
    if (lane == 0) inverse[row] = scaling;
    for (uint c = lane; c < columns; c += GROUP_SIZE) unit[at + c] = (x[at + c] - means[mean_at + c]) * scaling;
}
