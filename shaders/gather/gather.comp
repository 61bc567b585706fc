// y[i,:] = x[index[i],:] for those i whose row lies in the piece of x that is bound, rows first_row .. first_row + rows - 1.
// One invocation owns one item of y: a word, or four neighbouring ones in the v4 variant.
//!variant v4 -DITEM=uvec4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "gather_args.h"
#include "common/index.glsl"
#ifndef ITEM
#define ITEM uint
#endif
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer X { ITEM x[]; };
layout(std430, binding = 1) readonly buffer Index { uint index[]; };
layout(std430, binding = 2) buffer Y { ITEM y[]; };

void main() {
    uint i = flat_index();
    if (i >= count * items) return;
    uint row = index[i / items];
    if (row < first_row || row - first_row >= rows) return;
    y[i] = x[(row - first_row) * items + i % items];
}
