// Per block of rows and channel: sum of dy and of dy * (x - mean): partials (group, block, 2, channel).
// x, dy (rows, channels), statistics (group, 2, channel). One invocation owns one block of one channel item.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
READ(0, x);
READ(1, dy);
layout(std430, binding = 2) readonly buffer Statistics { ITEM statistics[]; };
layout(std430, binding = 3) writeonly buffer Partials { ITEM partials[]; };

void main() {
    Block b = own_block();
    if (!b.valid) return;
    ITEM mean = statistics[b.group * 2 * channels + b.c], sum = ITEM(0.0), product = ITEM(0.0);
    uint r = 0, at = b.start;
    for (; r + 4 <= b.rows; r += 4) {
        ITEM g[4], v[4];
        for (uint k = 0; k < 4; k++, at += channels) {
            g[k] = AT(dy, at);
            v[k] = AT(x, at);
        }
        for (uint k = 0; k < 4; k++) {
            sum += g[k];
            product += g[k] * (v[k] - mean);
        }
    }
    for (; r < b.rows; r++, at += channels) {
        ITEM g = AT(dy, at);
        sum += g;
        product += g * (AT(x, at) - mean);
    }
    partials[partial_at(b.group, b.index, all_blocks, 0, b.c)] = sum;
    partials[partial_at(b.group, b.index, all_blocks, 1, b.c)] = product;
}
