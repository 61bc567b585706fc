#version 450
#extension GL_GOOGLE_include_directive : require
// Second pass of every split sum: out[i] (+)= part[0][i] + part[1][i] + ... in this order, so that the bits repeat.
// One invocation owns one element i < count.
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(push_constant) uniform sum_partials_args { uint count, parts, accumulate; };
layout(binding = 0) readonly buffer PART { float part[]; };
layout(binding = 1) buffer OUT { float result[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    float sum = 0.0;
    for (uint j = 0; j < parts; j++) sum += part[j * count + i];
    result[i] = accumulate != 0 ? result[i] + sum : sum;
}
