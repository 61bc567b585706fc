#version 450
#extension GL_GOOGLE_include_directive : require
// Second pass of every split sum: out[i] (+)= part[0][i] + part[1][i] + ... in this order, so that the bits repeat.
// One invocation owns one element i < count. `batch`: many sums at once, in fours, each with a row {count, parts,
// accumulate} of the table.
//!variant batch -DBATCH
#ifdef BATCH
#include "common/batch.glsl"
#define FIRST 1
#define ITEM vec4
#else
#include "common/index.glsl"
#define FIRST 0
#define ITEM float
layout(push_constant) uniform sum_partials_args { uint count, parts, accumulate; };
#endif
layout(local_size_x = 64) in;
layout(binding = FIRST) readonly buffer PARTS { ITEM part[]; };
layout(binding = FIRST + 1) buffer OUT { ITEM result[]; };

void main() {
#ifdef BATCH
    if (flat_group() >= batch_groups) return;
    const Job job = batch_job();
    const uint i = job.item, items = table[job.row], terms = table[job.row + 1], accumulate = table[job.row + 2];
    const uint from = job.from / 4, to = job.to / 4;
#else
    const uint i = flat_index(), items = count, terms = parts; // read inside a loop, they cost as much as the loads
    const uint from = 0, to = 0;
#endif
    if (i >= items) return;
    ITEM sum = ITEM(0.0);
    for (uint j = 0, at = from + i; j < terms; j++, at += items) sum += part[at];
    result[to + i] = accumulate != 0 ? result[to + i] + sum : sum;
}
