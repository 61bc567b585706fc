#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// test_address: adds `add` to n floats behind a 64-bit address, which push constants carry as two words.
layout(local_size_x = 64) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float v[]; };
layout(push_constant) uniform Push { uvec2 where; uint n; float add; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < n) Floats(where).v[i] += add;
}
