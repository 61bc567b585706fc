// One launch for many small jobs (src/tape/batch.c). The table holds a word for every workgroup, the place of its job's
// row, and then the rows: the job's first workgroup, where its source and its result begin in the common bindings (in
// floats), and the words that the kernel wants. It is binding 0; workgroups have 64 invocations.
#ifndef BATCH_GLSL
#define BATCH_GLSL
#include "common/index.glsl"
layout(std430, binding = 0) readonly buffer TABLE { uint table[]; };
layout(push_constant) uniform batch_args { uint batch_groups; };

struct Job {
    uint row;      // of the job's own words
    uint item;     // this invocation's
    uint from, to; // floats
};
// Only for workgroups below batch_groups.
#define batch_job()                                                                                          \
    Job(table[flat_group()] + 3, (flat_group() - table[table[flat_group()]]) * 64 + gl_LocalInvocationID.x, \
        table[table[flat_group()] + 1], table[table[flat_group()] + 2])
#endif
