// Merges every 32 consecutive partials of a group into one: (group, all_blocks, 2, channel) -> (group, merged, 2, channel).
// block_rows: rows that an incoming partial stands for. One invocation owns one outgoing partial of one channel item.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
layout(constant_id = 0) const bool MOMENTS = true; // partials are mean and centred squares; else plain sums
layout(std430, binding = 0) readonly buffer From { ITEM from[]; };
layout(std430, binding = 1) writeonly buffer To { ITEM to[]; };

void main() {
    uint i = flat_index(), c = i % channels;
    i /= channels;
    uint out_block = i % merged, group = i / merged;
    if (group >= groups) return;
    ITEM a = ITEM(0.0), b = ITEM(0.0);
    float n = 0.0;
    uint end = min(out_block * 32 + 32, all_blocks);
    for (uint k = out_block * 32; k < end; k++) {
        ITEM ka = from[partial_at(group, k, all_blocks, 0, c)], kb = from[partial_at(group, k, all_blocks, 1, c)];
        if (MOMENTS) {
            join(a, b, n, ka, kb, float(min(block_rows, group_rows - k * block_rows)));
        } else {
            a += ka;
            b += kb;
        }
    }
    to[partial_at(group, out_block, merged, 0, c)] = a;
    to[partial_at(group, out_block, merged, 1, c)] = b;
}
