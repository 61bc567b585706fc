// dx (+)= gamma / deviation * (dy - terms0 - (x - mean) * terms1), terms (group, 2, channel) from batch_norm_finish_bwd.
// x, dy, dx (rows, channels). One invocation owns one block of rows of one channel item.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
READ(0, x);
READ(1, dy);
layout(std430, binding = 2) readonly buffer Statistics { ITEM statistics[]; };
layout(std430, binding = 3) readonly buffer Terms { ITEM terms[]; };
layout(std430, binding = 4) readonly buffer Gamma { ITEM gamma[]; };
UPDATE(5, dx);

void main() {
    Block b = own_block();
    if (!b.valid) return;
    uint first = b.group * 2 * channels + b.c, second = first + channels;
    ITEM mean = statistics[first], scale = statistics[second] * gamma[b.c], term0 = terms[first], term1 = terms[second];
    uint at = b.start;
    for (uint r = 0; r < b.rows; r++, at += channels) {
        ITEM g = scale * (AT(dy, at) - term0 - (AT(x, at) - mean) * term1);
        if (accumulate != 0) g += AT(dx, at);
        PUT(dx, at, g);
    }
}
