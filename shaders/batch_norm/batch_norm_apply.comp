// y = (x - mean) / deviation * gamma + beta with the statistics (group, 2, channel) of each row's group.
// x, y (rows, channels). One invocation owns one block of rows of one channel item.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
READ(0, x);
layout(std430, binding = 1) readonly buffer Statistics { ITEM statistics[]; };
layout(std430, binding = 2) readonly buffer Gamma { ITEM gamma[]; };
layout(std430, binding = 3) readonly buffer Beta { ITEM beta[]; };
WRITE(4, y);

void main() {
    Block b = own_block();
    if (!b.valid) return;
    ITEM mean = statistics[b.group * 2 * channels + b.c];
    ITEM scale = statistics[(b.group * 2 + 1) * channels + b.c] * gamma[b.c];
    ITEM move = beta[b.c];
    uint at = b.start;
    for (uint r = 0; r < b.rows; r++, at += channels) PUT(y, at, (AT(x, at) - mean) * scale + move);
}
