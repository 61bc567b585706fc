// inverse[permutation[s]] = s for all slots. One invocation writes one entry, each entry is written once.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common/index.glsl"
#include "infonce_args.h"
layout(std430, binding = 0) readonly buffer Permutation { uint permutation[]; };
layout(std430, binding = 1) writeonly buffer Inverse { uint inverse[]; };

void main() {
    uint s = flat_index();
    // A number out of range would be a caller's mistake; it must not reach beyond the buffer.
    if (s < rows - 2) inverse[min(permutation[s], rows - 3)] = s;
}
