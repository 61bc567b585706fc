// to (images, rows, columns) (+)= from (images, columns, rows), the two last indices exchanged.
// One invocation owns one value of the result.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "common/index.glsl"
#include "flatten_args.h"
layout(local_size_x = 128) in;
layout(std430, binding = 0) readonly buffer From { float from[]; };
layout(std430, binding = 1) buffer To { float to[]; };

void main() {
    uint i = flat_index();
    if (i >= images * rows * columns) return;
    uint column = i % columns, row = i / columns % rows, image = i / columns / rows;
    float v = from[(image * columns + column) * rows + row];
    if (accumulate != 0) v += to[i];
    to[i] = v;
}
