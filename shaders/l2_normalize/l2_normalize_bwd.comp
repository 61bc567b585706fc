// dx (+)= (dy - y <y, dy>) / max(length, 1e-12) by rows, without the second term where the length is below 1e-12.
// y, dy, dx (rows, columns). One workgroup owns one row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "l2_normalize_args.h"
layout(std430, binding = 0) readonly buffer Y { float y[]; };
layout(std430, binding = 1) readonly buffer Lengths { float lengths[]; };
layout(std430, binding = 2) readonly buffer DY { float dy[]; };
layout(std430, binding = 3) buffer DX { float dx[]; };

void main() {
    uint row = flat_group(), lane = gl_LocalInvocationID.x;
    if (row >= rows) return; // the whole workgroup
    float along = 0.0;
    for (uint c = lane; c < columns; c += GROUP_SIZE) along += y[row * columns + c] * dy[row * columns + c];
    along = group_sum(along);
    if (lengths[row] < 1e-12) along = 0.0;
    float divisor = max(lengths[row], 1e-12);
    for (uint c = lane; c < columns; c += GROUP_SIZE) {
        uint at = row * columns + c;
        float g = (dy[at] - y[at] * along) / divisor;
        if (accumulate != 0) g += dx[at];
        dx[at] = g;
    }
}
