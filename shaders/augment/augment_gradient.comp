#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Gradient magnitude: L = luma, 0 outside the image; v = L(row+1) - L(row-1), h = L(column+1) - L(column-1);
// y = min(sqrt(v^2 + h^2 + 1e-6), 1) in all three channels. Other images are copied. x, y (images, size, size, 3). One
// invocation owns four neighbours of a row.
#include "augment/augment_args.h"
#include "augment/augment_block.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint size = 64;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Y { float y[]; };

const uint quads = (size + 3u) / 4u;

float luma(vec3 c) { return (65.738 * c.x + 129.057 * c.y + 25.064 * c.z) / 256.0; }

// The pixel, black outside the image.
vec3 load(uint n, int row, int column) {
    bool inside = row >= 0 && row < int(size) && column >= 0 && column < int(size);
    uint at = 3u * (n * size * size + (inside ? uint(row) * size + uint(column) : 0u));
    vec3 c = vec3(x[at], x[at + 1u], x[at + 2u]);
    return inside ? c : vec3(0.0);
}

void main() {
    uint i = flat_index();
    if (i >= images * size * quads) return;
    uint line = i / quads, n = line / size;
    int row = int(line - n * size), column = int(i - line * quads) * 4;
    vec3 c[6];
    [[unroll]] for (int k = 0; k < 6; k++) c[k] = load(n, row, column + k - 1);
    bool enabled = (blocks[first + n].flags & AUGMENT_GRADIENT) != 0u;
    [[unroll]] for (int k = 0; k < 4; k++) {
        float v = luma(load(n, row + 1, column + k)) - luma(load(n, row - 1, column + k));
        float h = luma(c[k + 2]) - luma(c[k]);
        vec3 value = enabled ? vec3(min(sqrt(v * v + h * h + 1e-6), 1.0)) : c[k + 1];
        if (column + k >= int(size)) break;
        uint at = 3u * (line * size + uint(column + k));
        y[at] = value.x;
        y[at + 1u] = value.y;
        y[at + 2u] = value.z;
    }
}
