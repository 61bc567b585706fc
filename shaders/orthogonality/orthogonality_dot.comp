// loss[g] = scale * sum of a * b over the (rows, rows) matrices of group g. One workgroup owns one group.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 128
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "orthogonality_args.h"
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) writeonly buffer Loss { float loss[]; };

void main() {
    uint first = gl_WorkGroupID.x * rows * rows;
    float sum = 0.0;
    for (uint i = first + gl_LocalInvocationID.x; i < first + rows * rows; i += GROUP_SIZE) sum += a[i] * b[i];
    sum = group_sum(sum);
    if (gl_LocalInvocationID.x == 0) loss[gl_WorkGroupID.x] = sum * scale;
}
