#version 450
#extension GL_GOOGLE_include_directive : require
// to[to_first + i] = from[from_first + i] for i < count. One invocation owns one element. Used by the tape for rows that
// do not start where a binding may start.
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(push_constant) uniform copy_elements_args { uint count, from_first, to_first; };
layout(binding = 0) readonly buffer FROM { float from[]; };
layout(binding = 1) writeonly buffer TO { float to[]; };

void main() {
    uint i = flat_index();
    if (i < count) to[to_first + i] = from[from_first + i];
}
