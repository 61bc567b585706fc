#version 460
// test_texel: y[i] = sum of the four components of texel i. One invocation per texel.
layout(local_size_x = 64) in;
layout(binding = 0) uniform textureBuffer t;
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
layout(push_constant) uniform Push { uint n; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= n) return;
    vec4 v = texelFetch(t, int(i));
    y[i] = v.x + v.y + v.z + v.w;
}
