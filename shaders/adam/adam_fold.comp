#version 450
#extension GL_GOOGLE_include_directive : require
// out[k] = in[64k] + ... + in[64k + 63], in this order; `count` is the number of inputs. One invocation owns one output.
#include "adam/adam_args.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer In { float partial[]; };
layout(binding = 1) writeonly buffer Out { float folded[]; };

void main() {
    uint k = flat_index();
    if (k * 64 >= count) return;
    float sum = 0.0;
    for (uint i = k * 64; i < min(k * 64 + 64, count); i++) sum += partial[i];
    folded[k] = sum;
}
