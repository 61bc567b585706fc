// The item of an elementwise kernel: a vec4 in the v4 variant, for counts that are multiples of four, else a float.
#ifndef ELEMENT_GLSL
#define ELEMENT_GLSL
#ifdef VEC4
#define ITEM vec4
#define ITEM_POSITIVE(v) greaterThan(v, vec4(0.0))
#else
#define ITEM float
#define ITEM_POSITIVE(v) ((v) > 0.0)
#endif
// v where v > 0, else slope * v: leaky ReLU. And its derivative, from its input or (slope >= 0) from its output.
ITEM leaky(ITEM v, float slope) { return mix(slope * v, v, ITEM_POSITIVE(v)); }
ITEM leaky_slope(ITEM v, float slope) { return mix(ITEM(slope), ITEM(1.0), ITEM_POSITIVE(v)); }
#endif
