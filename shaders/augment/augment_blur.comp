#version 450
#extension GL_GOOGLE_include_directive : require
// One axis of the Gaussian blur: y = sum over k = -radius..radius of exp(-(k/sigma)^2 / 2) * x[place + k], divided by the
// sum of the weights; places outside are reflected at the border pixel. Images without blur are copied. x, y (images,
// size, size, 3); axis 0 goes along the rows, 1 along the columns. One invocation owns one pixel.
#include "augment/augment_args.h"
#include "augment/augment_block.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint axis = 0;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Y { float y[]; };

vec3 load(uint pixel) { return vec3(x[3u * pixel], x[3u * pixel + 1u], x[3u * pixel + 2u]); }

void main() {
    uint i = flat_index(), area = size * size;
    if (i >= images * area) return;
    uint n = i / area, row = (i - n * area) / size, column = i - n * area - row * size;
    vec3 sum = load(i);
    if ((blocks[first + n].flags & AUGMENT_BLUR) != 0u) {
        int place = int(axis == 0u ? column : row), last = int(size) - 1;
        uint stride = axis == 0u ? 1u : size, start = i - uint(place) * stride;
        float inverse = 1.0 / blocks[first + n].sigma, weights = 1.0;
        for (int k = 1; k <= int(radius); k++) {
            float t = float(k) * inverse, weight = exp(-0.5 * t * t);
            int before = abs(place - k), after = last - abs(last - (place + k));
            sum += weight * (load(start + uint(before) * stride) + load(start + uint(after) * stride));
            weights += 2.0 * weight;
        }
        sum /= weights;
    }
    y[3u * i] = sum.x;
    y[3u * i + 1u] = sum.y;
    y[3u * i + 2u] = sum.z;
}
