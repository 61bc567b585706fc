#version 450
#extension GL_GOOGLE_include_directive : require
// y[i] = Beta number random_index(i) of the (seed, stream) in the step words, by linear interpolation in the quantile
// table (table_steps + 1 values). One invocation owns one element. Bit-identical to vp_rng_beta.
#include "random/random_args.h"
#include "random/random_element.glsl"
layout(local_size_x = 64) in;
layout(binding = 1) readonly buffer Table { float table[]; };
layout(binding = 2) writeonly buffer Y { float y[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    uvec2 place = rng_beta_place(rng_word(random_seed(), random_stream(), random_index(i)), table_steps);
    y[i] = rng_beta(table[place.x], table[place.x + 1], place.y);
}
