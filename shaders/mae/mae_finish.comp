// loss[j] = sum of block j's partials (images * parts of them) / (values of a block). One workgroup owns one loss.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "mae_args.h"
layout(std430, binding = 0) readonly buffer Partials { float partials[]; };
layout(std430, binding = 1) writeonly buffer Loss { float loss[]; };

void main() {
    uint j = gl_WorkGroupID.x, first = j * images * parts;
    float sum = 0.0;
    for (uint i = gl_LocalInvocationID.x; i < images * parts; i += GROUP_SIZE) sum += partials[first + i];
    sum = group_sum(sum);
    if (gl_LocalInvocationID.x == 0) loss[j] = sum / (float(images) * float(image));
}
