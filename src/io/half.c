/* IEEE binary16 in software: 1 sign, 5 exponent and 10 mantissa bits. */
#include "vkpcl/array.h"
#include <string.h>

float vp_half_to_float(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u, mantissa = bits & 0x3ffu, wide;
    if (exponent == 31) { /* infinity, NaN */
        wide = 0x7f800000u | mantissa << 13;
    } else if (exponent > 0) {
        wide = (exponent + 112) << 23 | mantissa << 13;
    } else { /* zero, denormal: mantissa * 2^-24, exact in float */
        float small = (float)mantissa * 0x1p-24f;
        memcpy(&wide, &small, sizeof wide);
    }
    wide |= sign;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

uint16_t vp_float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu, half;
    if (magnitude > 0x7f800000u)
        half = 0x7e00u | (magnitude >> 13 & 0x1ffu); /* NaN stays NaN */
    else if (magnitude >= 0x477ff000u)
        half = 0x7c00u; /* rounds to 65536 or more: infinity */
    else {
        /* A normal half drops 13 bits; a denormal one drops more, and shows the hidden bit. */
        uint32_t exponent = magnitude >> 23, drop = 13, number = magnitude;
        if (exponent < 113) {
            drop = exponent < 102 ? 25 : 126 - exponent; /* below 2^-25 everything is dropped */
            number = exponent < 102 ? 0 : (magnitude & 0x7fffffu) | 0x800000u;
        } else {
            number -= 112u << 23;
        }
        uint32_t rest = number & ((1u << drop) - 1), middle = 1u << (drop - 1);
        half = number >> drop;
        half += rest > middle || (rest == middle && (half & 1u));
    }
    return (uint16_t)(sign | half);
}
