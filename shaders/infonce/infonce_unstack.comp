// The way back of infonce_stack: gradients of the anchors (part 0) or of the negatives (part 1) (+)= those of their places
// in dstacked (sets, rows, columns). One invocation owns one value of the result.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common/index.glsl"
#include "infonce_args.h"
layout(std430, binding = 0) readonly buffer DStacked { float dstacked[]; };
layout(std430, binding = 1) buffer Result { float result[]; };

void main() {
    uint own = flat_index(), c = own % columns, row = own / columns, k = rows - 2, place;
    if (row >= sets * (part == 0 ? 2 : k)) return;
    if (part == 0) {
        place = row % sets * rows + row / sets;
    } else {
        uint j = mixed != 0 ? row % k * sets + row / k : row;
        place = j / k * rows + 2 + j % k;
    }
    float g = dstacked[place * columns + c];
    if (accumulate != 0) g += result[own];
    result[own] = g;
}
