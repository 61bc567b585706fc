#version 450
#extension GL_GOOGLE_include_directive : require
// Gradient magnitude: L = luma, 0 outside the image; v = L(row+1) - L(row-1), h = L(column+1) - L(column-1);
// y = min(sqrt(v^2 + h^2 + 1e-6), 1) in all three channels. Other images are copied. x, y (images, size, size, 3). One
// invocation owns one pixel.
#include "augment/augment_args.h"
#include "augment/augment_block.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Y { float y[]; };

float luma(uint pixel, bool inside) {
    if (!inside) return 0.0;
    return (65.738 * x[3u * pixel] + 129.057 * x[3u * pixel + 1u] + 25.064 * x[3u * pixel + 2u]) / 256.0;
}

void main() {
    uint i = flat_index(), area = size * size;
    if (i >= images * area) return;
    uint n = i / area, row = (i - n * area) / size, column = i - n * area - row * size;
    vec3 c;
    if ((blocks[first + n].flags & AUGMENT_GRADIENT) != 0u) {
        float v = luma(i + size, row + 1u < size) - luma(i - size, row > 0u);
        float h = luma(i + 1u, column + 1u < size) - luma(i - 1u, column > 0u);
        c = vec3(min(sqrt(v * v + h * h + 1e-6), 1.0));
    } else {
        c = vec3(x[3u * i], x[3u * i + 1u], x[3u * i + 2u]);
    }
    y[3u * i] = c.x;
    y[3u * i + 1u] = c.y;
    y[3u * i + 2u] = c.z;
}
