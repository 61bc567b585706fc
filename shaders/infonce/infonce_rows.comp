// Per anchor, from its row of logits: scores (anchors * sets, 3) holds the log of the sum of exponentials, the loss
// (that minus logit 0) and 1 where logit 0 is the largest, else 0. One workgroup owns one anchor.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "infonce_args.h"
#include "slots.glsl"
layout(std430, binding = 0) readonly buffer Logits { float logits[]; };
layout(std430, binding = 1) writeonly buffer Scores { float scores[]; };
shared float largest_values[GROUP_SIZE];

void main() {
    uint row = flat_group(), lane = gl_LocalInvocationID.x, first = row * (rows - 1);
    if (row >= sets * anchors()) return; // the whole workgroup
    float largest = logits[first];
    for (uint c = lane; c < rows - 1; c += GROUP_SIZE) largest = max(largest, logits[first + c]);
    largest_values[lane] = largest;
    for (uint reach = GROUP_SIZE / 2; reach > 0; reach /= 2) {
        barrier();
        if (lane < reach) largest_values[lane] = max(largest_values[lane], largest_values[lane + reach]);
    }
    barrier();
    largest = largest_values[0];
    float sum = 0.0;
    for (uint c = lane; c < rows - 1; c += GROUP_SIZE) sum += exp(logits[first + c] - largest);
    float log_sum = largest + log(group_sum(sum));
    if (lane == 0) {
        scores[3 * row] = log_sum;
        scores[3 * row + 1] = log_sum - logits[first];
        scores[3 * row + 2] = logits[first] >= largest ? 1.0 : 0.0;
    }
}
