// Arrays of activations, stored as floats or as halves: which, a specialisation constant of the binding says
// (VP_SPEC_HALF, set by the tape), so that one module serves both, and the code for floats is what it would be without.
// Halves lie in pairs in words of 32 bits: no device lacks that. Arithmetic is always in floats.
//
//   FOURS_READ(place, x)     an array of vec4, read by FOUR_AT(x, i)
//   FOURS_TEXEL(place, x)    the same through a texel buffer: there halves cost nothing
//   FOURS_WRITE(place, y)    written by FOUR_PUT(y, i, v)
//   FOURS_UPDATE(place, y)   both
//   ONES_READ(place, x)      an array of floats, read by ONE_AT(x, i); nobody writes single halves, for two share a word
//   ONES_TEXEL(place, x)
#ifndef HALF_GLSL
#define HALF_GLSL
#define HALF_ID 12 // VP_SPEC_HALF

vec4 half_four(uvec2 words) { return vec4(unpackHalf2x16(words.x), unpackHalf2x16(words.y)); }
uvec2 half_words(vec4 v) { return uvec2(packHalf2x16(v.xy), packHalf2x16(v.zw)); }

#define HALF_FLAG(place, name) layout(constant_id = HALF_ID + place) const bool name##_is_half = false

#define FOURS_ARRAY(access, place, name)                                                      \
    HALF_FLAG(place, name);                                                                   \
    layout(std430, binding = place) access buffer name##_floats { vec4 name[]; };             \
    layout(std430, binding = place) access buffer name##_words { uvec2 name##_halves[]; }
#define FOURS_AT(name)                                                                        \
    vec4 get_##name(uint i) { return name##_is_half ? half_four(name##_halves[i]) : name[i]; }
#define FOURS_PUT(name)                                                                       \
    void put_##name(uint i, vec4 v) {                                                         \
        if (name##_is_half) name##_halves[i] = half_words(v);                                 \
        else name[i] = v;                                                                     \
    }
// The declarations at their ends let a semicolon follow.
#define FOURS_READ(place, name)                                                               \
    FOURS_ARRAY(readonly, place, name);                                                       \
    FOURS_AT(name)                                                                            \
    vec4 get_##name(uint i)
#define FOURS_WRITE(place, name)                                                              \
    FOURS_ARRAY(writeonly, place, name);                                                      \
    FOURS_PUT(name)                                                                           \
    void put_##name(uint i, vec4 v)
#define FOURS_UPDATE(place, name)                                                             \
    FOURS_ARRAY(, place, name);                                                               \
    FOURS_AT(name) FOURS_PUT(name)                                                            \
    void put_##name(uint i, vec4 v)
#define FOURS_TEXEL(place, name)                                                              \
    HALF_FLAG(place, name);                                                                   \
    layout(binding = place, rgba32f) uniform readonly imageBuffer name;                       \
    layout(binding = place, rgba16f) uniform readonly imageBuffer name##_halves;              \
    vec4 get_##name(int i) { return name##_is_half ? imageLoad(name##_halves, i) : imageLoad(name, i); } \
    vec4 get_##name(uint i) { return get_##name(int(i)); }                                      \
    vec4 get_##name(uint i)

float half_of(uint word, uint i) { return unpackHalf2x16(word)[i & 1]; }
#define ONES_READ(place, name)                                                                \
    HALF_FLAG(place, name);                                                                   \
    layout(std430, binding = place) readonly buffer name##_floats { float name[]; };          \
    layout(std430, binding = place) readonly buffer name##_words { uint name##_halves[]; };   \
    float get_##name(uint i) { return name##_is_half ? half_of(name##_halves[i / 2], i) : name[i]; } \
    float get_##name(uint i)
#define ONES_TEXEL(place, name)                                                               \
    HALF_FLAG(place, name);                                                                   \
    layout(binding = place, r32f) uniform readonly imageBuffer name;                          \
    layout(binding = place, r32ui) uniform readonly uimageBuffer name##_halves;               \
    float get_##name(int i) {                                                                  \
        return name##_is_half ? half_of(imageLoad(name##_halves, i >> 1).x, uint(i)) : imageLoad(name, i).x; \
    }                                                                                         \
    float get_##name(int i)

#define FOUR_AT(name, i) get_##name(i)
#define FOUR_PUT(name, i, v) put_##name(i, v)
#define ONE_AT(name, i) get_##name(i)
#endif
