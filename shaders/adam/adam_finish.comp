#version 450
#extension GL_GOOGLE_include_directive : require
// Ends the scan: the global norm from `count` (at most 64) partial sums, the factor every gradient is multiplied with
// (inv_scale * min(1, clip / norm)), the first parameter with a non-finite gradient and their number. One invocation.
#include "adam/adam_args.h"
#include "adam/adam_table.h"
layout(local_size_x = 1) in;
layout(binding = 0) readonly buffer Step { uint step_words[]; };
layout(binding = 1) readonly buffer Partial { float partial[]; };
layout(binding = 2) buffer Report { uint report[]; };

void main() {
    float sum = 0.0;
    for (uint i = 0; i < count; i++) sum += partial[i];
    uint first = ADAM_NONE, bad = 0;
    for (uint k = 0; k < parameters; k++) {
        uint n = report[ADAM_REPORT_HEADER + k];
        if (n > 0 && first == ADAM_NONE) first = k;
        bad += n;
    }
    float inv_scale = uintBitsToFloat(step_words[ADAM_STEP_INV_SCALE]);
    float clip = uintBitsToFloat(step_words[ADAM_STEP_CLIP]);
    float norm = sqrt(sum) * inv_scale;
    float factor = inv_scale;
    if (clip > 0.0 && norm > clip) factor *= clip / norm;
    report[ADAM_REPORT_NORM] = floatBitsToUint(norm);
    report[ADAM_REPORT_FACTOR] = floatBitsToUint(factor);
    report[ADAM_REPORT_FIRST] = first;
    report[ADAM_REPORT_COUNT] = bad;
}
