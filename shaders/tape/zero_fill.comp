#version 450
#extension GL_GOOGLE_include_directive : require
// x[i] = 0 for i < count. One invocation owns one element. Used by the tape for parts of a split nobody differentiated.
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(push_constant) uniform zero_fill_args { uint count; };
layout(binding = 0) writeonly buffer X { float x[]; };

void main() {
    uint i = flat_index();
    if (i < count) x[i] = 0.0;
}
