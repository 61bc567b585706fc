#version 450
#extension GL_GOOGLE_include_directive : require
// Second pass of every split sum: out[i] (+)= part[0][i] + part[1][i] + ... in this order, so that the bits repeat.
// One invocation owns one element i < count; in `texel`, for software devices, four neighbouring ones. `batch`: many sums
// at once, in fours, each with a row {count, parts, accumulate} of the table.
//!variant texel -DTEXEL
//!variant batch -DBATCH -DFOURS
//!variant batchtexel -DBATCH -DFOURS -DTEXEL
#ifdef BATCH
#include "common/batch.glsl"
#define FIRST 1
#else
#include "common/index.glsl"
#define FIRST 0
layout(push_constant) uniform sum_partials_args { uint count, parts, accumulate; }; // elements, or fours of them
#endif
layout(local_size_x = 64) in;
#if defined(FOURS) || defined(TEXEL)
#define ITEM vec4
#else
#define ITEM float
#endif
#ifdef TEXEL
#define PART(i) imageLoad(part, int(i))
layout(binding = FIRST, rgba32f) uniform readonly imageBuffer part;
#else
#define PART(i) part[i]
layout(binding = FIRST) readonly buffer PARTS { ITEM part[]; };
#endif
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
    for (uint j = 0, at = from + i; j < terms; j++, at += items) sum += PART(at);
    result[to + i] = accumulate != 0 ? result[to + i] + sum : sum;
}
