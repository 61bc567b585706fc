// dprediction (+)= sign(prediction - target) * dloss[j] / (values of a block). prediction and dprediction are bound from
// image first_image on, target whole. One invocation owns one value.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 128) in;
#include "common/index.glsl"
#include "mae_args.h"
layout(std430, binding = 0) readonly buffer Prediction { float prediction[]; };
layout(std430, binding = 1) readonly buffer Target { float target[]; };
layout(std430, binding = 2) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 3) buffer DPrediction { float dprediction[]; };

void main() {
    uint i = flat_index();
    if (i >= count * image) return;
    uint at = first_image + i / image, j = at / images;
    float t = target[(target_of[j] * images + at % images) * image + i % image];
    float g = sign(prediction[i] - t) * (dloss[j] / (float(images) * float(image)));
    if (accumulate != 0) g += dprediction[i];
    dprediction[i] = g;
}
