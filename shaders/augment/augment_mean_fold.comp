#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of the mean: means[n] = (sums[n, 0] + ... + sums[n, size-1]) / size^2, in this order, for all `images` of the
// batch. One invocation owns one image.
#include "augment/augment_args.h"
#include "common/index.glsl"
layout(local_size_x = 32) in;
layout(constant_id = 0) const uint size = 64;
layout(binding = 0) readonly buffer Sums { float sums[]; };
layout(binding = 1) writeonly buffer Means { float means[]; };

void main() {
    uint n = flat_index();
    if (n >= images) return;
    float sum = 0.0;
    for (uint row = 0u; row < size; row++) sum += sums[n * size + row];
    means[n] = sum / float(size * size);
}
