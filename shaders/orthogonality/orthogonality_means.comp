// means[g, c] = mean over the rows of group g of values[row, c], each row times factor[row] if FACTOR.
// values (groups * rows, columns). One invocation owns one mean.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common/index.glsl"
#include "orthogonality_args.h"
layout(constant_id = 0) const bool FACTOR = false; // false: factor is bound but not read
layout(std430, binding = 0) readonly buffer Values { float values[]; };
layout(std430, binding = 1) readonly buffer Factor { float factor[]; };
layout(std430, binding = 2) writeonly buffer Means { float means[]; };

void main() {
    uint i = flat_index();
    if (i >= groups * columns) return;
    uint g = i / columns, c = i % columns;
    float sum = 0.0;
    for (uint r = g * rows; r < g * rows + rows; r++) {
        float v = values[r * columns + c];
        sum += FACTOR ? factor[r] * v : v;
    }
    means[i] = sum / float(rows);
}
