// The steps of the colour jitter on one pixel, each clamped to [0, 1]; the reference is src/ops/augment_ref.c.
#ifndef AUGMENT_COLOUR_GLSL
#define AUGMENT_COLOUR_GLSL
#include "augment/augment_block.h"

float augment_grey(vec3 c) { return 0.299 * c.x + 0.587 * c.y + 0.114 * c.z; }

// Turns the hue in HSV; value and saturation stay.
vec3 augment_hue(vec3 c, float turns) {
    float value = max(c.x, max(c.y, c.z)), chroma = value - min(c.x, min(c.y, c.z));
    float inverse = chroma > 0.0 ? 1.0 / chroma : 0.0;
    float sixth = value == c.x   ? (c.y - c.z) * inverse
                  : value == c.y ? 2.0 + (c.z - c.x) * inverse
                                 : 4.0 + (c.x - c.y) * inverse;
    float hue = fract(sixth / 6.0 + turns) * 6.0;
    // Each channel falls from value to value - chroma along its own ramp of the hue circle.
    vec3 place = vec3(5.0, 3.0, 1.0) + hue;
    place -= 6.0 * vec3(greaterThanEqual(place, vec3(6.0)));
    vec3 ramp = clamp(abs(place - 2.0) - 1.0, 0.0, 1.0);
    return clamp(value - chroma * (1.0 - ramp), 0.0, 1.0);
}

// Brightness, contrast and saturation are one blend: with black, with the image's mean grey, with the pixel's grey.
vec3 augment_jitter(vec3 c, uint step, float mean, float brightness, float contrast, float saturation, float hue) {
    float factor = step == AUGMENT_BRIGHTNESS ? brightness : step == AUGMENT_CONTRAST ? contrast : saturation;
    float other = step == AUGMENT_BRIGHTNESS ? 0.0 : step == AUGMENT_CONTRAST ? mean : augment_grey(c);
    vec3 blended = clamp(factor * c + (1.0 - factor) * other, 0.0, 1.0);
    return step == AUGMENT_HUE ? augment_hue(c, hue) : blended;
}
#endif
