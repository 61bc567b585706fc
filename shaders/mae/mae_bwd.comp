// dprediction (+)= sign(prediction - target) * dloss[j] / (values of a block). prediction and dprediction are bound from
// image first_image on, target whole. One workgroup owns the same 4096 values of an image as in mae_sums.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 128
layout(local_size_x = GROUP_SIZE) in;
#include "common/index.glsl"
#include "mae_args.h"
layout(std430, binding = 0) readonly buffer Prediction { float prediction[]; };
layout(std430, binding = 1) readonly buffer Target { float target[]; };
layout(std430, binding = 2) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 3) buffer DPrediction { float dprediction[]; };

void main() {
    uint own = flat_group(), part = own % parts, local = own / parts;
    if (local >= count) return;
    uint at = first_image + local, j = at / images;
    uint from = local * image, to = (target_of[j] * images + at % images) * image;
    uint end = min(part * 4096 + 4096, image);
    float scale = dloss[j] / (float(images) * float(image));
    for (uint i = part * 4096 + gl_LocalInvocationID.x; i < end; i += GROUP_SIZE) {
        float g = sign(prediction[from + i] - target[to + i]) * scale;
        if (accumulate != 0) g += dprediction[from + i];
        dprediction[from + i] = g;
    }
}
