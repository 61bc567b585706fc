// da (+)= g * (b / s - cosine * a / (|a|^2 + 1e-12)) with g the loss's slope in the cosine; for db the host binds a and b
// the other way round and OTHER says which of the two squared lengths is meant. One invocation owns one element.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "common/index.glsl"
#include "cosine_embedding_args.h"
layout(local_size_x = 64) in;
layout(constant_id = 0) const bool OTHER = false;
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) readonly buffer Sign { float pair_sign[]; };
layout(std430, binding = 3) readonly buffer Terms { vec4 terms[]; };
layout(std430, binding = 4) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 5) buffer DA { float da[]; };

void main() {
    uint at = flat_index();
    if (at >= rows * columns) return;
    uint i = at / columns;
    vec4 term = terms[i];
    float slope = pair_sign[i] > 0.0 ? -1.0 : term.x > margin ? 1.0 : 0.0;
    float g = dloss[0] / float(rows) * slope * (b[at] * term.y - term.x * a[at] * (OTHER ? term.w : term.z));
    if (accumulate != 0) g += da[at];
    da[at] = g;
}
