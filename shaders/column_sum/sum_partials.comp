#version 450
#extension GL_GOOGLE_include_directive : require
// Second pass of every split sum: out[i] (+)= part[0][i] + part[1][i] + ... in this order, so that the bits repeat.
// One invocation owns one element i < count; in `texel`, for software devices, four neighbouring ones.
//!variant texel -DTEXEL
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(push_constant) uniform sum_partials_args { uint count, parts, accumulate; }; // elements, or fours of them
#ifdef TEXEL
#define ITEM vec4
#define PART(i) imageLoad(part, int(i))
layout(binding = 0, rgba32f) uniform readonly imageBuffer part;
#else
#define ITEM float
#define PART(i) part[i]
layout(binding = 0) readonly buffer PARTS { float part[]; };
#endif
layout(binding = 1) buffer OUT { ITEM result[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    const uint items = count, terms = parts; // push constants read inside a loop cost as much as the loads
    ITEM sum = ITEM(0.0);
    for (uint j = 0, at = i; j < terms; j++, at += items) sum += PART(at);
    result[i] = accumulate != 0 ? result[i] + sum : sum;
}
