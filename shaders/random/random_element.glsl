// What the fills share: which number of the stream an element gets.
//
// Elements lie channels-last (n, hw, c), numbers count channels-first: index = base + (n*c_count + c)*hw_count + hw, so a
// value belongs to a place in the image whatever the memory layout. Needs random_args.h before, and binding 0.
#ifndef RANDOM_ELEMENT_GLSL
#define RANDOM_ELEMENT_GLSL
#include "common/index.glsl"
#include "common/rng.glsl"
layout(constant_id = 0) const uint channels = 1; // 1 where memory order is the index order
layout(constant_id = 1) const uint area = 1;     // h * w; 1 likewise
layout(binding = 0) readonly buffer Step { uint step_words[]; };

uvec2 random_seed() { return uvec2(step_words[step_word], step_words[step_word + 1]); }
uvec2 random_stream() { return uvec2(step_words[step_word + 2], step_words[step_word + 3]); }

uvec2 random_add(uvec2 a, uvec2 b) {
    uint carry;
    uint low = uaddCarry(a.x, b.x, carry);
    return uvec2(low, a.y + b.y + carry);
}

// Number of the launch's first element.
uvec2 random_base() {
    return random_add(uvec2(base_low, base_high), uvec2(step_words[step_word + 4], step_words[step_word + 5]));
}

// Number of the element at place i of the memory.
uvec2 random_index(uint i) {
    uint pixel = i / channels, n = pixel / area;
    uint nchw = (n * channels + (i - pixel * channels)) * area + (pixel - n * area);
    return random_add(random_base(), uvec2(nchw, 0));
}

// Place in the memory of the element that is number `nchw` of the launch.
uint random_place(uint nchw) {
    uint plane = nchw / area, n = plane / channels;
    return (n * area + (nchw - plane * area)) * channels + (plane - n * channels);
}
#endif
