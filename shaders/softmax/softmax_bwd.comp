// dx (+)= y * (dy - sum of dy * y) over the middle index of arrays (outer, length, inner).
// One invocation owns one (outer, inner) pair, or four as in softmax_fwd.
//!variant v4 -DVEC4
//!variant texel -DVEC4 -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "softmax_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const bool HORIZONTAL = false;
READ(0, y);
READ(1, dy);
layout(std430, binding = 2) buffer DX { ITEM dx[]; };

void main() {
    uint i = flat_index();
    if (i >= outer * inner) return;
    uint first = i / inner * length * inner + i % inner;
    ITEM sum = ITEM(0.0);
    for (uint k = 0; k < length; k++) sum += AT(dy, first + k * inner) * AT(y, first + k * inner);
#ifdef VEC4
    if (HORIZONTAL) sum = vec4((sum.x + sum.y) + (sum.z + sum.w));
#endif
    for (uint k = 0; k < length; k++) {
        uint at = first + k * inner;
        ITEM g = AT(y, at) * (AT(dy, at) - sum);
        if (accumulate != 0) g += dx[at];
        dx[at] = g;
    }
}
