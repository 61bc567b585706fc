#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// One axis of the Gaussian blur: y = sum over k = -radius..radius of exp(-(k/sigma)^2 / 2) * x[place + k], divided by the
// sum of the weights; places outside are reflected at the border pixel. Images without blur are copied (all weights but
// the middle one are 0). x, y (images, size, size, 3); axis 0 goes along the rows, 1 along the columns. One invocation
// owns four neighbours along the axis, so that it reads the pixels they share once.
#include "augment/augment_args.h"
#include "augment/augment_block.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint size = 64;
layout(constant_id = 1) const uint axis = 0;
layout(constant_id = 2) const int radius = 3;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Y { float y[]; };

const uint quads = (size + 3u) / 4u;
const int taps = 4 + 2 * radius;

void main() {
    uint i = flat_index();
    if (i >= images * size * quads) return;
    uint n = i / (size * quads), rest = i - n * size * quads;
    uint quad = axis == 0u ? rest % quads : rest / size, line = axis == 0u ? rest / quads : rest % size;
    uint stride = axis == 0u ? 3u : 3u * size;
    uint start = 3u * n * size * size + line * (axis == 0u ? 3u * size : 3u);
    int place = int(quad) * 4, last = int(size) - 1;

    vec3 c[taps];
    [[unroll]] for (int k = 0; k < taps; k++) {
        int at = max(last - abs(last - abs(place + k - radius)), 0);
        uint from = start + uint(at) * stride;
        c[k] = vec3(x[from], x[from + 1u], x[from + 2u]);
    }
    bool enabled = (blocks[first + n].flags & AUGMENT_BLUR) != 0u;
    float inverse = 1.0 / blocks[first + n].sigma, weights = 1.0;
    vec3 sum[4] = vec3[4](c[radius], c[radius + 1], c[radius + 2], c[radius + 3]);
    [[unroll]] for (int k = 1; k <= radius; k++) {
        float t = float(k) * inverse, weight = enabled ? exp(-0.5 * t * t) : 0.0;
        weights += 2.0 * weight;
        [[unroll]] for (int q = 0; q < 4; q++) sum[q] += weight * (c[radius + q - k] + c[radius + q + k]);
    }
    [[unroll]] for (int q = 0; q < 4; q++) {
        if (place + q > last) break;
        vec3 value = sum[q] / weights;
        uint to = start + uint(place + q) * stride;
        y[to] = value.x;
        y[to + 1u] = value.y;
        y[to + 2u] = value.z;
    }
}
