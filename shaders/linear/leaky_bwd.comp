#version 450
#extension GL_GOOGLE_include_directive : require
// Gradient through the leaky ReLU that conv2d and linear fuse behind themselves, in place: dy *= slope where y <= 0. The sign of the output is the
// sign of its argument, so y itself tells. One invocation owns four neighbouring elements (count is in elements).
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(push_constant) uniform leaky_bwd_args { uint count; float slope; };
layout(binding = 0) readonly buffer Y { float y[]; };
layout(binding = 1) buffer DY { float dy[]; };

void main() {
    uint first = flat_index() * 4;
    for (uint i = first; i < min(first + 4, count); i++) {
        float g = dy[i];
        dy[i] = y[i] > 0.0 ? g : g * slope;
    }
}
