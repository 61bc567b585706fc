#version 460
// test_fill: x[i] = first + i, written only. One invocation per element.
layout(local_size_x = 64) in;
layout(std430, binding = 0) writeonly buffer X { uint x[]; };
layout(push_constant) uniform Push { uint n; uint first; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < n) x[i] = first + i;
}
