// Per pair: terms[i] = (cosine, 1 / s, 1 / (|a|^2 + 1e-12), 1 / (|b|^2 + 1e-12)) and row_loss[i] = its loss / rows.
// One workgroup owns one pair.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "cosine_embedding_args.h"
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) readonly buffer Sign { float pair_sign[]; };
layout(std430, binding = 3) writeonly buffer Terms { vec4 terms[]; };
layout(std430, binding = 4) writeonly buffer RowLoss { float row_loss[]; };

void main() {
    uint i = flat_group();
    if (i >= rows) return; // the whole workgroup
    float ab = 0.0, aa = 0.0, bb = 0.0;
    for (uint k = gl_LocalInvocationID.x; k < columns; k += GROUP_SIZE) {
        float u = a[i * columns + k], v = b[i * columns + k];
        ab += u * v;
        aa += u * u;
        bb += v * v;
    }
    ab = group_sum(ab);
    aa = group_sum(aa) + 1e-12;
    bb = group_sum(bb) + 1e-12;
    if (gl_LocalInvocationID.x != 0) return;
    float inv = 1.0 / (sqrt(aa) * sqrt(bb)), cosine = ab * inv;
    terms[i] = vec4(cosine, inv, 1.0 / aa, 1.0 / bb);
    row_loss[i] = (pair_sign[i] > 0.0 ? 1.0 - cosine : max(0.0, cosine - margin)) / float(rows);
}
