// dgram (sets, rows, rows) (+)= the gradient of every entry as it is read by infonce_logits, gathered in a fixed order:
//   (i, partner) dproduct of column 0;  (i, a) m dproduct and (i, b) (1-m) dproduct of the slots with that a or b;
//   (a, b) 2 m (1-m) dsquare, (a, a) m^2 dsquare, (b, b) (1-m)^2 dsquare over all anchors;  (i, i) down.
// One invocation owns one entry. Row u is slot u-2, u-1 or u of any anchor, so it meets at most nine partners b in a mix:
// all other entries skip the walk over the anchors.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common/index.glsl"
#include "infonce_args.h"
#include "slots.glsl"
layout(std430, binding = 0) readonly buffer Mix { float mix_of[]; };
layout(std430, binding = 1) readonly buffer Permutation { uint permutation[]; };
layout(std430, binding = 2) readonly buffer Inverse { uint inverse[]; };
layout(std430, binding = 3) readonly buffer DProduct { float dproduct[]; };
layout(std430, binding = 4) readonly buffer DSquare { float dsquare[]; };
layout(std430, binding = 5) readonly buffer DOwn { float down[]; };
layout(std430, binding = 6) buffer DGram { float dgram[]; };

bool is_own(uint i, uint row) { return row == i || row == partner(i); }

// (u, v), u != v, as product of anchor u with row v.
float from_product(uint set, uint u, uint v) {
    if (u >= anchors()) return 0.0;
    if (v == partner(u)) return dproduct[logit_at(set, u, 0)];
    uint as_a = slot_of(u, v), as_b = inverse[as_a];
    return mix_of[mix_at(set, u, as_a)] * dproduct[logit_at(set, u, 1 + as_a)] +
           (1.0 - mix_of[mix_at(set, u, as_b)]) * dproduct[logit_at(set, u, 1 + as_b)];
}

// Can rows u and v be the a and the b of one slot?
bool can_meet(uint u, uint v) {
    for (uint k = 0; k < 3; k++) {
        if (u < k || u - k >= slots()) continue;
        uint t = permutation[u - k];
        if (v >= t && v - t <= 2) return true;
    }
    return false;
}

// (u, v), u != v, as the two members a = u, b = v of mixed negatives.
float from_members(uint set, uint u, uint v) {
    float sum = 0.0;
    for (uint i = 0; i < anchors(); i++) {
        if (is_own(i, u)) continue;
        uint s = slot_of(i, u);
        if (member(i, permutation[s]) != v) continue;
        float m = mix_of[mix_at(set, i, s)];
        sum += 2.0 * m * (1.0 - m) * dsquare[logit_at(set, i, 1 + s)];
    }
    return sum;
}

float from_squares(uint set, uint u) {
    float sum = 0.0;
    if (u < anchors()) sum = down[anchor_at(set, u)] + dsquare[logit_at(set, partner(u), 0)];
    for (uint i = 0; i < anchors(); i++) {
        if (is_own(i, u)) continue;
        uint as_a = slot_of(i, u), as_b = inverse[as_a];
        float m = mix_of[mix_at(set, i, as_a)], w = 1.0 - mix_of[mix_at(set, i, as_b)];
        sum += m * m * dsquare[logit_at(set, i, 1 + as_a)] + w * w * dsquare[logit_at(set, i, 1 + as_b)];
        // A slot mixed with itself: the entry (a, b) is this one.
        if (as_a == as_b) sum += 2.0 * m * (1.0 - m) * dsquare[logit_at(set, i, 1 + as_a)];
    }
    return sum;
}

void main() {
    uint own = flat_index(), v = own % rows, u = own / rows % rows, set = own / rows / rows;
    if (set >= sets) return;
    float g;
    if (u == v) {
        g = from_squares(set, u);
    } else {
        g = from_product(set, u, v);
        if (can_meet(u, v)) g += from_members(set, u, v);
    }
    if (accumulate != 0) g += dgram[own];
    dgram[own] = g;
}
