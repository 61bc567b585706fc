// Gradients of the parts of each cosine, cos = product / sqrt(own * square), from g = dlogit / temperature with
// dlogit = dloss / (sets * anchors) * (softmax - [column 0]):
//   dproduct = g / sqrt(own * square),  dsquare = -g cos / (2 square),  down[anchor] = sum of -g cos / (2 own).
// dproduct, dsquare have the shape of the logits; down (anchors * sets). Lengths at their floor of 1e-12 get no gradient.
// One workgroup owns one anchor.
#version 450
#extension GL_GOOGLE_include_directive : require
#define GROUP_SIZE 64
layout(local_size_x = GROUP_SIZE) in;
#include "common/group_sum.glsl"
#include "common/index.glsl"
#include "infonce_args.h"
#include "slots.glsl"
layout(std430, binding = 0) readonly buffer Gram { float gram[]; };
layout(std430, binding = 1) readonly buffer Mix { float mix_of[]; };
layout(std430, binding = 2) readonly buffer Permutation { uint permutation[]; };
layout(std430, binding = 3) readonly buffer Temperature { float temperature[]; };
layout(std430, binding = 4) readonly buffer Logits { float logits[]; };
layout(std430, binding = 5) readonly buffer Scores { float scores[]; };
layout(std430, binding = 6) readonly buffer DLoss { float dloss[]; };
layout(std430, binding = 7) writeonly buffer DProduct { float dproduct[]; };
layout(std430, binding = 8) writeonly buffer DSquare { float dsquare[]; };
layout(std430, binding = 9) writeonly buffer DOwn { float down[]; };

void main() {
    uint row = flat_group(), set = row % sets, i = row / sets;
    if (i >= anchors()) return; // the whole workgroup
    float own = gram[gram_at(set, i, i)], own_length = max(sqrt(own), 1e-12), sum = 0.0;
    for (uint column = gl_LocalInvocationID.x; column < rows - 1; column += GROUP_SIZE) {
        uint at = logit_at(set, i, column);
        float square;
        if (column == 0) {
            square = gram[gram_at(set, partner(i), partner(i))];
        } else {
            uint s = column - 1, a = member(i, s), b = member(i, permutation[s]);
            float m = mix_of[mix_at(set, i, s)], w = 1.0 - m;
            square = m * m * gram[gram_at(set, a, a)] + 2.0 * m * w * gram[gram_at(set, a, b)] +
                     w * w * gram[gram_at(set, b, b)];
        }
        float length_of = max(sqrt(max(square, 0.0)), 1e-12);
        float share = exp(logits[at] - scores[3 * row]);
        float dlogit = dloss[0] / float(sets * anchors()) * (column == 0 ? share - 1.0 : share);
        float g = dlogit / temperature[0], pull = g * logits[at] * temperature[0];
        dproduct[at] = g / (own_length * length_of);
        dsquare[at] = length_of > 1e-12 ? -0.5 * pull / (length_of * length_of) : 0.0;
        sum += pull;
    }
    sum = group_sum(sum);
    if (gl_LocalInvocationID.x == 0) down[row] = own_length > 1e-12 ? -0.5 * sum / (own_length * own_length) : 0.0;
}
