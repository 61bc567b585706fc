// The item of an elementwise kernel: a vec4 in the variants v4 and texel, for counts that are multiples of four, else a
// float. READ declares a read-only array of items, AT reads one. In the texel variant, for software devices, the array is
// a texel buffer: there a vec4 costs what a single float of a storage buffer does.
#ifndef ELEMENT_GLSL
#define ELEMENT_GLSL
#if defined(VEC4) || defined(TEXEL)
#define ITEM vec4
#define ITEM_POSITIVE(v) greaterThan(v, vec4(0.0))
#else
#define ITEM float
#define ITEM_POSITIVE(v) ((v) > 0.0)
#endif
#ifdef TEXEL
#define READ(place, name) layout(binding = place, rgba32f) uniform readonly imageBuffer name
#define AT(name, i) imageLoad(name, int(i))
#else
#define READ(place, name) layout(std430, binding = place) readonly buffer name##_array { ITEM name[]; }
#define AT(name, i) name[i]
#endif
// v where v > 0, else slope * v: leaky ReLU. And its derivative, from its input or (slope >= 0) from its output.
ITEM leaky(ITEM v, float slope) { return mix(slope * v, v, ITEM_POSITIVE(v)); }
ITEM leaky_slope(ITEM v, float slope) { return mix(ITEM(slope), ITEM(1.0), ITEM_POSITIVE(v)); }
#endif
