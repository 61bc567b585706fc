// logits (anchors * sets, rows - 1) from Gram matrices (sets, rows, rows): cosine of the anchor with its partner (column 0)
// and with each interpolated negative (column 1 + s), over the temperature. One invocation owns one logit.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common/index.glsl"
#include "infonce_args.h"
#include "slots.glsl"
layout(std430, binding = 0) readonly buffer Gram { float gram[]; };
layout(std430, binding = 1) readonly buffer Mix { float mix_of[]; };
layout(std430, binding = 2) readonly buffer Permutation { uint permutation[]; };
layout(std430, binding = 3) readonly buffer Temperature { float temperature[]; };
layout(std430, binding = 4) writeonly buffer Logits { float logits[]; };

void main() {
    uint own = flat_index(), column = own % (rows - 1), set = own / (rows - 1) % sets, i = own / (rows - 1) / sets;
    if (i >= anchors()) return;
    float product, square;
    if (column == 0) {
        uint p = partner(i);
        product = gram[gram_at(set, i, p)];
        square = gram[gram_at(set, p, p)];
    } else {
        uint s = column - 1, a = member(i, s), b = member(i, permutation[s]);
        float m = mix_of[mix_at(set, i, s)], w = 1.0 - m;
        product = m * gram[gram_at(set, i, a)] + w * gram[gram_at(set, i, b)];
        square = m * m * gram[gram_at(set, a, a)] + 2.0 * m * w * gram[gram_at(set, a, b)] +
                 w * w * gram[gram_at(set, b, b)];
    }
    float own_length = max(sqrt(gram[gram_at(set, i, i)]), 1e-12), length_of = max(sqrt(max(square, 0.0)), 1e-12);
    logits[own] = product / (own_length * length_of) / temperature[0];
}
