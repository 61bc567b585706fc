// The item of an elementwise kernel: a vec4 in the variants v4 and texel, for counts that are multiples of four, else a
// float. READ declares a read-only array of items, AT reads one; WRITE an array for PUT, UPDATE one for both. Arrays of
// vec4 may hold halves (common/half.glsl). In the texel variant, for software devices, what is only read is a texel buffer:
// there a vec4 costs what a single float of a storage buffer does.
#ifndef ELEMENT_GLSL
#define ELEMENT_GLSL
#include "common/half.glsl"
#if defined(VEC4) || defined(TEXEL)
#define ITEM vec4
#define ITEM_POSITIVE(v) greaterThan(v, vec4(0.0))
#define WRITE(place, name) FOURS_WRITE(place, name)
#define UPDATE(place, name) FOURS_UPDATE(place, name)
#define PUT(name, i, v) FOUR_PUT(name, i, v)
#else
#define ITEM float
#define ITEM_POSITIVE(v) ((v) > 0.0)
#define WRITE(place, name) layout(std430, binding = place) writeonly buffer name##_array { ITEM name[]; }
#define UPDATE(place, name)                                                   \
    layout(std430, binding = place) buffer name##_array { ITEM name[]; };     \
    ITEM get_##name(uint i) { return name[i]; }                                \
    ITEM get_##name(uint i)
#define PUT(name, i, v) name[i] = v
#endif
#ifdef TEXEL
#define READ(place, name) FOURS_TEXEL(place, name)
#elif defined(VEC4)
#define READ(place, name) FOURS_READ(place, name)
#else
#define READ(place, name) ONES_READ(place, name)
#endif
#define AT(name, i) get_##name(i)
// v where v > 0, else slope * v: leaky ReLU. And its derivative, from its input or (slope >= 0) from its output.
ITEM leaky(ITEM v, float slope) { return mix(slope * v, v, ITEM_POSITIVE(v)); }
ITEM leaky_slope(ITEM v, float slope) { return mix(ITEM(slope), ITEM(1.0), ITEM_POSITIVE(v)); }
#endif
