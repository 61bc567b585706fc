// y = softmax of x over the middle index of arrays (outer, length, inner), the largest value subtracted first.
// One invocation owns one (outer, inner) pair and walks its values three times: largest, sum, result. In the v4 variant
// these are four neighbouring inner values or, HORIZONTAL (inner = 1), four neighbouring values of the walk itself.
//!variant v4 -DVEC4
//!variant texel -DVEC4 -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "softmax_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const bool HORIZONTAL = false;
READ(0, x);
layout(std430, binding = 1) writeonly buffer Y { ITEM y[]; };

void main() {
    uint i = flat_index();
    if (i >= outer * inner) return;
    uint first = i / inner * length * inner + i % inner;
    ITEM largest = AT(x, first);
    for (uint k = 1; k < length; k++) largest = max(largest, AT(x, first + k * inner));
#ifdef VEC4
    if (HORIZONTAL) largest = vec4(max(max(largest.x, largest.y), max(largest.z, largest.w)));
#endif
    ITEM sum = ITEM(0.0);
    for (uint k = 0; k < length; k++) sum += exp(AT(x, first + k * inner) - largest);
#ifdef VEC4
    if (HORIZONTAL) sum = vec4((sum.x + sum.y) + (sum.z + sum.w));
#endif
    ITEM scale = 1.0 / sum;
    for (uint k = 0; k < length; k++) y[first + k * inner] = exp(AT(x, first + k * inner) - largest) * scale;
}
