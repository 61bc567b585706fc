// Which block of rows and which channel item an invocation owns: flat over (group, block, channel), channel fastest.
#include "batch_norm_args.h"
#include "common/element.glsl"
#include "common/index.glsl"

layout(local_size_x = 64) in; // before own_block, which uses it

struct Block {
    bool valid;
    uint c;     // channel item
    uint group; // absolute
    uint index; // of the block in its group, absolute
    uint start; // item of its first row in the bound array
    uint rows;
};

Block own_block() {
    uint i = flat_index();
    Block b;
    b.c = i % channels;
    i /= channels;
    uint local = i % blocks;
    uint group = i / blocks;
    b.valid = group < groups;
    b.group = first_group + group;
    b.index = first_block + local;
    b.start = shift + (group * group_rows + local * block_rows) * channels + b.c;
    b.rows = min(block_rows, group_rows - b.index * block_rows);
    return b;
}

// The item of partial `which` (0 or 1) of a block: partials are (group, block, 2, channel).
uint partial_at(uint group, uint block, uint count, uint which, uint c) {
    return ((group * count + block) * 2 + which) * channels + c;
}

// Joins the mean and centred squares of `nb` values to those of `na` (Chan, Golub and LeVeque, 1979).
void join(inout ITEM mean, inout ITEM m2, inout float na, ITEM mean_b, ITEM m2_b, float nb) {
    float n = na + nb;
    ITEM d = mean_b - mean;
    mean += d * (nb / n);
    m2 += m2_b + d * d * (na * nb / n);
    na = n;
}
