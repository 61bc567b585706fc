// loss and accuracy: means of scores (anchors * sets, 3) over the anchors. One workgroup does both.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "infonce_args.h"
#include "slots.glsl"
layout(std430, binding = 0) readonly buffer Scores { float scores[]; };
layout(std430, binding = 1) writeonly buffer Loss { float loss[]; };
layout(std430, binding = 2) writeonly buffer Accuracy { float accuracy[]; };

void main() {
    uint count = sets * anchors();
    float sum = 0.0, hits = 0.0;
    for (uint i = gl_LocalInvocationID.x; i < count; i += GROUP_SIZE) {
        sum += scores[3 * i + 1];
        hits += scores[3 * i + 2];
    }
    sum = group_sum(sum);
    hits = group_sum(hits);
    if (gl_LocalInvocationID.x == 0) {
        loss[0] = sum / float(count);
        accuracy[0] = hits / float(count);
    }
}
