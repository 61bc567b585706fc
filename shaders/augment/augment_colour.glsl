// The steps of the colour jitter on one pixel, each clamped to [0, 1]; the reference is src/ops/augment_ref.c.
#ifndef AUGMENT_COLOUR_GLSL
#define AUGMENT_COLOUR_GLSL
#include "augment/augment_block.h"

float augment_grey(vec3 c) { return 0.299 * c.x + 0.587 * c.y + 0.114 * c.z; }

vec3 augment_blend(vec3 c, vec3 other, float factor) { return clamp(factor * c + (1.0 - factor) * other, 0.0, 1.0); }

// Turns the hue in HSV; value and saturation stay.
vec3 augment_hue(vec3 c, float turns) {
    float value = max(c.x, max(c.y, c.z)), chroma = value - min(c.x, min(c.y, c.z));
    if (chroma <= 0.0) return c;
    float sixth;
    if (value == c.x)
        sixth = (c.y - c.z) / chroma;
    else if (value == c.y)
        sixth = 2.0 + (c.z - c.x) / chroma;
    else
        sixth = 4.0 + (c.x - c.y) / chroma;
    float hue = fract(sixth / 6.0 + turns) * 6.0;
    // Each channel falls from value to value - chroma along its own ramp of the hue circle.
    vec3 ramp = clamp(abs(mod(vec3(5.0, 3.0, 1.0) + hue, 6.0) - 2.0) - 1.0, 0.0, 1.0);
    return clamp(value - chroma * (1.0 - ramp), 0.0, 1.0);
}

vec3 augment_jitter(vec3 c, uint step, float mean, float brightness, float contrast, float saturation, float hue) {
    if (step == AUGMENT_BRIGHTNESS) return augment_blend(c, vec3(0.0), brightness);
    if (step == AUGMENT_CONTRAST) return augment_blend(c, vec3(mean), contrast);
    if (step == AUGMENT_SATURATION) return augment_blend(c, vec3(augment_grey(c)), saturation);
    return augment_hue(c, hue);
}
#endif
