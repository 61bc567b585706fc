#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The copy rate: y = x for `count` vec4s, four of them an invocation, a workgroup's neighbours side by side.
//   bytes = 32 * count
// Variant texel reads x through an RGBA32F texel buffer, which software devices load faster.
//!variant texel -DTEXEL
#include "bench/copy_peak_args.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
#ifdef TEXEL
layout(binding = 0) uniform textureBuffer X;
#define LOAD(i) texelFetch(X, int(i))
#else
layout(binding = 0) readonly buffer XBuffer { vec4 x[]; };
#define LOAD(i) x[i]
#endif
layout(binding = 1) writeonly buffer Y { vec4 y[]; };

void main() {
    uint first = flat_group() * 256u + gl_LocalInvocationID.x;
    [[unroll]] for (uint k = 0u; k < 4u; k++) {
        uint i = first + 64u * k;
        if (i < count) y[i] = LOAD(i);
    }
}
