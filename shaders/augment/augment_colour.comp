#version 450
#extension GL_GOOGLE_include_directive : require
// Colour jitter in the drawn order, then greyscale; images without either are copied. x, y (images, size, size, 3); means
// per image of the batch. One invocation owns one pixel.
#include "augment/augment_args.h"
#include "augment/augment_colour.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer Means { float means[]; };
layout(binding = 2) readonly buffer X { float x[]; };
layout(binding = 3) writeonly buffer Y { float y[]; };

void main() {
    uint i = flat_index(), area = size * size;
    if (i >= images * area) return;
    uint n = first + i / area, flags = blocks[n].flags;
    vec3 c = vec3(x[3u * i], x[3u * i + 1u], x[3u * i + 2u]);
    if ((flags & AUGMENT_JITTER) != 0u) {
        vp_augment_block b = blocks[n];
        float mean = means[n];
        for (uint k = 0u; k < 4u; k++)
            c = augment_jitter(c, (b.order >> (2u * k)) & 3u, mean, b.brightness, b.contrast, b.saturation, b.hue);
    }
    if ((flags & AUGMENT_GREY) != 0u) c = vec3(augment_grey(c));
    y[3u * i] = c.x;
    y[3u * i + 1u] = c.y;
    y[3u * i + 2u] = c.z;
}
