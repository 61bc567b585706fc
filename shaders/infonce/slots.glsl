// Which rows an anchor is compared with. Slot s of anchor i is the s-th row, ascending, that is neither i nor its partner.
#ifndef SLOTS_GLSL
#define SLOTS_GLSL
uint anchors() { return 2 * half_anchors; }
uint slots() { return rows - 2; }
uint partner(uint i) { return i < half_anchors ? i + half_anchors : i - half_anchors; }

uint member(uint i, uint s) {
    uint p = partner(i), low = min(i, p), high = max(i, p);
    uint row = s < low ? s : s + 1;
    return row < high ? row : row + 1;
}

// The inverse of member: the slot of a row that is neither i nor its partner.
uint slot_of(uint i, uint row) {
    uint p = partner(i);
    return row - (row > i ? 1 : 0) - (row > p ? 1 : 0);
}

uint mix_at(uint set, uint i, uint s) { return (set * mix_rows + (mix_rows == 1 ? 0 : i)) * slots() + s; }
uint gram_at(uint set, uint u, uint v) { return (set * rows + u) * rows + v; }
// Anchors of all sets are in the order (anchor, set): first view of every sample, then the second.
uint anchor_at(uint set, uint i) { return i * sets + set; }
// Column 0 is the partner, column 1 + s is slot s: logits and everything of their shape.
uint logit_at(uint set, uint i, uint column) { return anchor_at(set, i) * (rows - 1) + column; }
#endif
