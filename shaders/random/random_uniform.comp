#version 450
#extension GL_GOOGLE_include_directive : require
// y[i] = uniform [0, 1) number random_index(i) of the (seed, stream) in the step words. y channels-last; one
// invocation owns one element. Bit-identical to vp_rng_uniform.
#include "random/random_args.h"
#include "random/random_element.glsl"
layout(local_size_x = 64) in;
layout(binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = flat_index();
    if (i < count) y[i] = rng_uniform(random_seed(), random_stream(), random_index(i));
}
