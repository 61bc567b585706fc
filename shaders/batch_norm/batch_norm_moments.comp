// Mean and centred squares of every block of rows, per channel: partials (group, block, 2, channel).
// x (rows, channels). One invocation owns one block of one channel item; eight rows at a time are centred at their own
// mean and joined to the rest, so that nothing cancels however far the mean is from zero.
//!variant v4 -DVEC4
//!variant texel -DTEXEL
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
READ(0, x);
layout(std430, binding = 1) writeonly buffer Partials { ITEM partials[]; };

void main() {
    Block b = own_block();
    if (!b.valid) return;
    ITEM mean = ITEM(0.0), m2 = ITEM(0.0);
    float n = 0.0;
    uint r = 0, at = b.start;
    for (; r + 8 <= b.rows; r += 8) {
        ITEM v[8], sum = ITEM(0.0), squares = ITEM(0.0);
        for (uint k = 0; k < 8; k++, at += channels) v[k] = AT(x, at);
        for (uint k = 0; k < 8; k++) sum += v[k];
        sum *= 0.125;
        for (uint k = 0; k < 8; k++) squares += (v[k] - sum) * (v[k] - sum);
        join(mean, m2, n, sum, squares, 8.0);
    }
    for (; r < b.rows; r++, at += channels) join(mean, m2, n, AT(x, at), ITEM(0.0), 1.0);
    partials[partial_at(b.group, b.index, all_blocks, 0, b.c)] = mean;
    partials[partial_at(b.group, b.index, all_blocks, 1, b.c)] = m2;
}
