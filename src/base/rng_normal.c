/* Box-Muller from exactly rounded operations only: the twin of rng_normal_bits in shaders/common/rng.glsl. Change both
 * or neither, operation by operation. Every intermediate is a normal number or an exact zero difference, so devices
 * that flush denormals agree too. */
#include "vkpcl/rng.h"
#include <string.h>

static float from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* -2 ln(t / 2^24) for odd t in [1, 2^24): exponent and mantissa m in [sqrt 1/2, sqrt 2), then ln m by a polynomial. */
static float radius_squared(uint32_t t) {
    uint32_t bits = to_bits((float)t);
    int32_t exponent = (int32_t)(bits >> 23) - 127;
    uint32_t mantissa = bits & 0x7fffffu;
    if (mantissa > 0x3504f3u)
        exponent += 1, mantissa |= 0x3f000000u;
    else
        mantissa |= 0x3f800000u;
    float f = from_bits(mantissa) - 1.0f;
    float p = -0.0786666796f;
    p = p * f + 0.128217489f;
    p = p * f + -0.131016344f;
    p = p * f + 0.141890004f;
    p = p * f + -0.166275993f;
    p = p * f + 0.200019687f;
    p = p * f + -0.250007719f;
    p = p * f + 0.333333224f;
    p = p * f + -0.49999997f;
    float ff = f * f;
    float log_m = ff * p + f;
    float log_u = (float)(24 - exponent) * 0.693147182f - log_m;
    return log_u + log_u;
}

/* x * (1 / sqrt x): the reciprocal root from a guess in the bits and Newton steps, then one correction of the root. */
static float square_root(float x) {
    float half_x = 0.5f * x;
    float y = from_bits(0x5f3759dfu - (to_bits(x) >> 1));
    for (int step = 0; step < 3; step++) {
        float e = half_x * y;
        e = e * y;
        e = 1.5f - e;
        y = y * e;
    }
    float root = x * y;
    float rest = x - root * root;
    float half_y = 0.5f * y;
    return root + half_y * rest;
}

/* cos(2 pi (k + 1/2) / 2^24) for k < 2^24: the quadrant is found on the integers, the rest is below pi/4. */
static float cosine(uint32_t k) {
    uint32_t quadrant = (k + 0x200000u) >> 22;
    int32_t odd = 2 * ((int32_t)k - (int32_t)(quadrant << 22)) + 1;
    float x = (float)odd * 1.87253519e-07f; /* pi / 2^24 */
    float z = x * x;
    float s = -0.000195879504f;
    s = s * z + 0.0083327489f;
    s = s * z + -0.166666642f;
    float xz = x * z;
    s = xz * s + x;
    float c = 2.45479914e-05f;
    c = c * z + -0.00138883037f;
    c = c * z + 0.0416666642f;
    c = c * z + -0.5f;
    c = c * z + 1.0f;
    float value = (quadrant & 1u) != 0u ? s : c;
    uint32_t sign = ((quadrant + 1u) & 2u) << 30; /* cos is negative in the second and third quadrant */
    return from_bits(to_bits(value) ^ sign);
}

float vp_rng_normal(uint64_t seed, uint64_t stream, uint64_t index) {
    uint32_t block[4];
    vp_philox(seed, stream, index / 2, block);
    const uint32_t *pair = block + 2 * (index % 2);
    float radius = square_root(radius_squared((pair[0] >> 9) * 2u + 1u));
    return radius * cosine(pair[1] >> 8);
}
