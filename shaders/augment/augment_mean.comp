#version 450
#extension GL_GOOGLE_include_directive : require
// First half of the mean that the contrast step blends with: sums[n, row] = sum over a row of the grey values, after
// the jitter steps that come before the contrast. x (images, size, size, 3); rows of images without jitter get 0. One
// invocation owns one row.
#include "augment/augment_args.h"
#include "augment/augment_colour.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint size = 64;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Sums { float sums[]; };

void main() {
    uint i = flat_index();
    if (i >= images * size) return;
    vp_augment_block b = blocks[first + i / size];
    float sum = 0.0;
    if ((b.flags & AUGMENT_JITTER) != 0u) {
        for (uint place = i * size * 3u; place < (i + 1u) * size * 3u; place += 3u) {
            vec3 c = vec3(x[place], x[place + 1u], x[place + 2u]);
            for (uint k = 0u; k < 4u; k++) {
                uint step = (b.order >> (2u * k)) & 3u;
                if (step == AUGMENT_CONTRAST) break;
                c = augment_jitter(c, step, 0.0, b.brightness, b.contrast, b.saturation, b.hue);
            }
            sum += augment_grey(c);
        }
    }
    sums[first * size + i] = sum;
}
