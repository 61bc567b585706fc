// Partial sums of |prediction - target|: partials (images of all blocks, parts), 4096 values of an image each.
// prediction is bound from image first_image on, target whole. One workgroup owns one partial sum.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "mae_args.h"
layout(std430, binding = 0) readonly buffer Prediction { float prediction[]; };
layout(std430, binding = 1) readonly buffer Target { float target[]; };
layout(std430, binding = 2) writeonly buffer Partials { float partials[]; };

void main() {
    uint own = flat_group(), part = own % parts, local = own / parts;
    if (local >= count) return; // the whole workgroup
    uint at = first_image + local;
    uint from = local * image, to = (target_of[at / images] * images + at % images) * image;
    uint end = min(part * 4096 + 4096, image);
    float sum = 0.0;
    for (uint i = part * 4096 + gl_LocalInvocationID.x; i < end; i += GROUP_SIZE)
        sum += abs(prediction[from + i] - target[to + i]);
    sum = group_sum(sum);
    if (gl_LocalInvocationID.x == 0) partials[at * parts + part] = sum;
}
