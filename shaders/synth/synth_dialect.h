/* The words in which the scene is written, so that one text is GLSL on the device and, in double precision, C for the
 * reference. In C a vector is a compiler's vector of doubles: it adds and multiplies as GLSL's does, and v[0] is its x
 * in both. Write numbers with a point; no overloads, no `out`.
 */
#ifndef VKPCL_SYNTH_DIALECT_H
#define VKPCL_SYNTH_DIALECT_H
#include "synth/synth_face.h"

#ifdef GL_core_profile
#define REAL float
#define FUNCTION
#define RECORD(name)  struct name
#define FACE          vp_synth_face
#define TO_INT(x)     int(x)
#define TO_UINT(x)    uint(x)
#define TO_REAL(x)    float(x)
#define mix3          mix
#define length2(x, y) length(vec2(x, y))
#else
#include <math.h>
#include <stdbool.h>
#include <stdlib.h> /* before its abs is replaced */
#define REAL     double
#define FUNCTION static inline
#define RECORD(name)                                                                                                   \
    typedef struct name name;                                                                                          \
    struct name
#define FACE          struct vp_synth_face
#define TO_INT(x)     ((int)(x))
#define TO_UINT(x)    ((uint32_t)(x))
#define TO_REAL(x)    ((double)(x))

typedef double vec3 __attribute__((vector_size(32))); /* the fourth is never read */
#define vec3(x, y, z) ((vec3){(x), (y), (z), 0})
#define min           fmin
#define max           fmax
#undef abs
#define abs fabs
FUNCTION double dot(vec3 a, vec3 b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
FUNCTION double length(vec3 a) {
    return sqrt(dot(a, a));
}
FUNCTION vec3 normalize(vec3 a) {
    return a / length(a);
}
FUNCTION double length2(double x, double y) {
    return sqrt(x * x + y * y);
}
FUNCTION double clamp(double x, double low, double high) {
    return fmin(fmax(x, low), high);
}
FUNCTION double mix(double a, double b, double share) {
    return a * (1 - share) + b * share;
}
FUNCTION vec3 mix3(vec3 a, vec3 b, double share) {
    return a * (1 - share) + b * share;
}
#endif

FUNCTION REAL square(REAL x) {
    return x * x;
}

/* 0 up to `from`, 1 beyond `to`, smooth between; from > to falls the other way. */
FUNCTION REAL ramp(REAL from, REAL to, REAL x) {
    REAL t = clamp((x - from) / (to - from), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

/* A hill of height 1 round 0 that ends: about exp(-q), q >= 0. */
FUNCTION REAL hill(REAL q) {
    REAL r = max(1.0 - 0.125 * q, 0.0);
    return square(square(square(r)));
}

/* 1 where d < 0, 0 where d > 0, an edge of width 2 * soft between. */
FUNCTION REAL inside(REAL d, REAL soft) {
    return ramp(soft, -soft, d);
}

/* Uniform in [0, 1) from three integers (lowbias32 mixing steps): the same bits everywhere. */
FUNCTION REAL grain(int x, int y, VP_UINT seed) {
    VP_UINT h = TO_UINT(x) * 0x9E3779B1u ^ TO_UINT(y) * 0x85EBCA77u ^ seed;
    h = (h ^ (h >> 16)) * 0x7FEB352Du;
    h = (h ^ (h >> 15)) * 0x846CA68Bu;
    h ^= h >> 16;
    return TO_REAL(h >> 8) * (1.0 / 16777216.0);
}

/* Value noise in [0, 1), one cell per unit. */
FUNCTION REAL noise(REAL x, REAL y, VP_UINT seed) {
    REAL cx = floor(x), cy = floor(y), u = x - cx, v = y - cy;
    int i = TO_INT(cx), j = TO_INT(cy);
    u = u * u * (3.0 - 2.0 * u);
    v = v * v * (3.0 - 2.0 * v);
    REAL low = mix(grain(i, j, seed), grain(i + 1, j, seed), u);
    REAL high = mix(grain(i, j + 1, seed), grain(i + 1, j + 1, seed), u);
    return mix(low, high, v);
}

#endif
