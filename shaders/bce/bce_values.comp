// losses[i] = (max(x, 0) - x t + log(1 + exp(-|x|))) / count, 0 where t < 0. One invocation owns one value.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "bce_args.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer T { float t[]; };
layout(std430, binding = 2) writeonly buffer Losses { float losses[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    float v = x[i], target = t[i];
    float loss = max(v, 0.0) - v * target + log(1.0 + exp(-abs(v)));
    losses[i] = target < 0.0 ? 0.0 : loss / float(count);
}
