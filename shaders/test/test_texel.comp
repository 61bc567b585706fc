#version 460
// test_texel: y[i] = sum of the four components of texel i; the scalar variant reads them as four texels of one float.
// One invocation per result.
//!variant image -DIMAGE
//!variant scalar -DSCALAR
layout(local_size_x = 64) in;
#if defined(IMAGE)
layout(binding = 0, rgba32f) uniform readonly imageBuffer t;
#define FETCH(i) imageLoad(t, i)
#elif defined(SCALAR)
layout(binding = 0, r32f) uniform readonly imageBuffer t;
#define ONE(i) imageLoad(t, i).x
#define FETCH(i) vec4(ONE(4 * (i)), ONE(4 * (i) + 1), ONE(4 * (i) + 2), ONE(4 * (i) + 3))
#else
layout(binding = 0) uniform textureBuffer t;
#define FETCH(i) texelFetch(t, i)
#endif
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
layout(push_constant) uniform Push { uint n; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= n) return;
    vec4 v = FETCH(int(i));
    y[i] = v.x + v.y + v.z + v.w;
}
