// dx[i] (+)= dloss / count * (sigmoid(x) - t), 0 where t < 0. One invocation owns one value.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "bce_args.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer T { float t[]; };
layout(std430, binding = 2) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 3) buffer DX { float dx[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    float e = exp(-abs(x[i])), sigmoid = (x[i] >= 0.0 ? 1.0 : e) / (1.0 + e);
    float g = t[i] < 0.0 ? 0.0 : dloss[0] / float(count) * (sigmoid - t[i]);
    if (accumulate != 0) g += dx[i];
    dx[i] = g;
}
