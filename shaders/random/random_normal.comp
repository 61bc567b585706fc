#version 450
#extension GL_GOOGLE_include_directive : require
// y = standard normals of the (seed, stream) in the step words, as random_element.glsl numbers them; y channels-last.
// Bit-identical to vp_rng_normal. One Philox block gives two numbers, so one invocation owns the elements that are
// numbers 2k and 2k + 1 of the stream; with an odd first number the first invocation has one of them outside.
#include "random/random_args.h"
#include "random/random_element.glsl"
layout(local_size_x = 64) in;
layout(binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = flat_index();
    if (i > count / 2u) return;
    uvec2 base = random_base();
    uint odd = base.x & 1u, element = 2u * i - odd; // wraps round when it lies before the first
    vec2 pair = rng_normal_pair(random_seed(), random_stream(), random_add(rng_shift(base, 1), uvec2(i, 0)));
    if (element < count) y[random_place(element)] = pair.x;
    if (element + 1u < count) y[random_place(element + 1u)] = pair.y;
}
