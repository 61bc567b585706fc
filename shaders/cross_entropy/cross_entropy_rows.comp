// row_loss[i] = sum_k t[i,k] * (logsumexp(x[i,:]) - x[i,k]) / rows. One invocation owns one row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "cross_entropy_args.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer T { float t[]; };
layout(std430, binding = 2) writeonly buffer RowLoss { float row_loss[]; };

void main() {
    uint i = flat_index();
    if (i >= rows) return;
    uint first = i * classes;
    float largest = x[first], sum = 0.0, loss = 0.0;
    for (uint k = 1; k < classes; k++) largest = max(largest, x[first + k]);
    for (uint k = 0; k < classes; k++) sum += exp(x[first + k] - largest);
    float logsum = log(sum);
    for (uint k = 0; k < classes; k++) loss += t[first + k] * (logsum - (x[first + k] - largest));
    row_loss[i] = loss / float(rows);
}
