// y = x / max(|x|, 1e-12) by rows; lengths[r] keeps |x|. x, y (rows, columns). One workgroup owns one row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "l2_normalize_args.h"
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
layout(std430, binding = 2) writeonly buffer Lengths { float lengths[]; };

void main() {
    uint row = flat_group(), lane = gl_LocalInvocationID.x;
    if (row >= rows) return; // the whole workgroup
    float squares = 0.0;
    for (uint c = lane; c < columns; c += GROUP_SIZE) squares += x[row * columns + c] * x[row * columns + c];
    float size = sqrt(group_sum(squares)), divisor = max(size, 1e-12);
    if (lane == 0) lengths[row] = size;
    for (uint c = lane; c < columns; c += GROUP_SIZE) y[row * columns + c] = x[row * columns + c] / divisor;
}
