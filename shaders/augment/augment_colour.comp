#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Colour jitter in the drawn order, then greyscale; images without either are copied. x, y (images, size, size, 3); means
// per image of the batch. One invocation owns four neighbouring pixels of an image.
#include "augment/augment_args.h"
#include "augment/augment_colour.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint size = 64;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer Means { float means[]; };
layout(binding = 2) readonly buffer X { float x[]; };
layout(binding = 3) writeonly buffer Y { float y[]; };

const uint area = size * size, quads = (area + 3u) / 4u;

void main() {
    uint i = flat_index();
    if (i >= images * quads) return;
    uint n = i / quads, pixel = (i - n * quads) * 4u;
    vp_augment_block b = blocks[first + n];
    float mean = means[first + n];
    bool jitter = (b.flags & AUGMENT_JITTER) != 0u, grey = (b.flags & AUGMENT_GREY) != 0u;
    [[unroll]] for (uint k = 0u; k < 4u; k++) {
        if (pixel + k >= area) break;
        uint at = 3u * (n * area + pixel + k);
        vec3 before = vec3(x[at], x[at + 1u], x[at + 2u]), c = before;
        [[unroll]] for (uint s = 0u; s < 4u; s++)
            c = augment_jitter(c, (b.order >> (2u * s)) & 3u, mean, b.brightness, b.contrast, b.saturation, b.hue);
        c = jitter ? c : before;
        c = grey ? vec3(augment_grey(c)) : c;
        y[at] = c.x;
        y[at + 1u] = c.y;
        y[at + 2u] = c.z;
    }
}
