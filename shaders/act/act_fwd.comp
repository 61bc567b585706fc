// y = act(x) for flat arrays of `count` items; KIND as in enum vp_act_kind (1 leaky ReLU, 2 tanh).
// One invocation owns one item of y.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "act_args.h"
#include "common/element.glsl"
#include "common/index.glsl"
layout(local_size_x = 128) in;
layout(constant_id = 0) const uint KIND = 1;
READ(0, x);
layout(std430, binding = 1) writeonly buffer Y { ITEM y[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    ITEM v = AT(x, i);
    if (KIND == 2) {
        // exp of a negative number only: the built-in tanh may overflow for large arguments.
        ITEM t = exp(-2.0 * abs(v));
        y[i] = sign(v) * (1.0 - t) / (1.0 + t);
    } else {
        y[i] = leaky(v, slope);
    }
}
