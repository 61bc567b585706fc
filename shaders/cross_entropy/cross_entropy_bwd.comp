// dx[i,k] (+)= dloss / rows * (softmax(x[i,:])[k] * sum_j t[i,j] - t[i,k]). One invocation owns one row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "cross_entropy_args.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer T { float t[]; };
layout(std430, binding = 2) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 3) buffer DX { float dx[]; };

void main() {
    uint i = flat_index();
    if (i >= rows) return;
    uint first = i * classes;
    float largest = x[first], sum = 0.0, mass = 0.0;
    for (uint k = 1; k < classes; k++) largest = max(largest, x[first + k]);
    for (uint k = 0; k < classes; k++) {
        sum += exp(x[first + k] - largest);
        mass += t[first + k];
    }
    float scale = dloss[0] / float(rows), weight = mass / sum;
    for (uint k = 0; k < classes; k++) {
        float g = scale * (exp(x[first + k] - largest) * weight - t[first + k]);
        if (accumulate != 0) g += dx[first + k];
        dx[first + k] = g;
    }
}
