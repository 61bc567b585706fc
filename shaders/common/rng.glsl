// Counter-based random numbers: the twin of include/vkpcl/rng.h, equal to it in every bit.
//
// Words are Philox4x32-10 of (seed, stream, index), each a uvec2 (low, high). Floats use exactly rounded operations only
// (add, subtract, multiply, int-to-float of at most 24 bits), every one of them `precise`: no fused multiply-add, no
// library function, no denormal arises. Change src/base/rng_normal.c and this file together, operation by operation.
#ifndef VKPCL_RNG_GLSL
#define VKPCL_RNG_GLSL

uvec4 rng_philox(uvec2 seed, uvec2 stream, uvec2 index) {
    uvec4 c = uvec4(index, stream);
    uvec2 k = seed;
    for (int round = 0; round < 10; round++) {
        uint a_high, a_low, b_high, b_low;
        umulExtended(0xD2511F53u, c.x, a_high, a_low);
        umulExtended(0xCD9E8D57u, c.z, b_high, b_low);
        c = uvec4(b_high ^ c.y ^ k.x, b_low, a_high ^ c.w ^ k.y, a_low);
        k += uvec2(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}

// index / 2^shift, 0 < shift < 32
uvec2 rng_shift(uvec2 index, int shift) {
    return uvec2((index.x >> shift) | (index.y << (32 - shift)), index.y >> shift);
}

// Word number `index` of the stream: word index % 4 of block index / 4.
uint rng_word(uvec2 seed, uvec2 stream, uvec2 index) {
    return rng_philox(seed, stream, rng_shift(index, 2))[index.x & 3u];
}

// Uniform in [0, 1) from one word.
float rng_uniform_bits(uint word) {
    precise float u = float(word >> 8) * 5.9604644775390625e-08;
    return u;
}

float rng_uniform(uvec2 seed, uvec2 stream, uvec2 index) { return rng_uniform_bits(rng_word(seed, stream, index)); }

// Uniform integer in [0, bound).
uint rng_below(uvec2 seed, uvec2 stream, uvec2 index, uint bound) {
    uint high, low;
    umulExtended(rng_word(seed, stream, index), bound, high, low);
    return high;
}

float rng_radius_squared_(uint t) {
    uint bits = floatBitsToUint(float(t));
    int exponent = int(bits >> 23) - 127;
    uint mantissa = bits & 0x7fffffu;
    bool upper = mantissa > 0x3504f3u;
    exponent += upper ? 1 : 0;
    mantissa |= upper ? 0x3f000000u : 0x3f800000u;
    precise float f = uintBitsToFloat(mantissa) - 1.0;
    precise float p = -0.0786666796;
    p = p * f + 0.128217489;
    p = p * f + -0.131016344;
    p = p * f + 0.141890004;
    p = p * f + -0.166275993;
    p = p * f + 0.200019687;
    p = p * f + -0.250007719;
    p = p * f + 0.333333224;
    p = p * f + -0.49999997;
    precise float ff = f * f;
    precise float log_m = ff * p + f;
    precise float log_u = float(24 - exponent) * 0.693147182 - log_m;
    precise float twice = log_u + log_u;
    return twice;
}

float rng_square_root_(float x) {
    precise float half_x = 0.5 * x;
    precise float y = uintBitsToFloat(0x5f3759dfu - (floatBitsToUint(x) >> 1));
    for (int step = 0; step < 3; step++) {
        precise float e = half_x * y;
        e = e * y;
        e = 1.5 - e;
        y = y * e;
    }
    precise float root = x * y;
    precise float rest = x - root * root;
    precise float half_y = 0.5 * y;
    precise float result = root + half_y * rest;
    return result;
}

float rng_cosine_(uint k) {
    uint quadrant = (k + 0x200000u) >> 22;
    int odd = 2 * (int(k) - int(quadrant << 22)) + 1;
    precise float x = float(odd) * 1.87253519e-07;
    precise float z = x * x;
    precise float s = -0.000195879504;
    s = s * z + 0.0083327489;
    s = s * z + -0.166666642;
    precise float xz = x * z;
    s = xz * s + x;
    precise float c = 2.45479914e-05;
    c = c * z + -0.00138883037;
    c = c * z + 0.0416666642;
    c = c * z + -0.5;
    c = c * z + 1.0;
    uint value = (quadrant & 1u) != 0u ? floatBitsToUint(s) : floatBitsToUint(c);
    return uintBitsToFloat(value ^ (((quadrant + 1u) & 2u) << 30));
}

// Standard normal from two words (Box-Muller, cosine branch).
float rng_normal_bits(uint a, uint b) {
    float radius = rng_square_root_(rng_radius_squared_((a >> 9) * 2u + 1u));
    precise float result = radius * rng_cosine_(b >> 8);
    return result;
}

// The two normals number 2 * block and 2 * block + 1 of the stream, for the price of one Philox block.
vec2 rng_normal_pair(uvec2 seed, uvec2 stream, uvec2 block) {
    uvec4 w = rng_philox(seed, stream, block);
    return vec2(rng_normal_bits(w.x, w.y), rng_normal_bits(w.z, w.w));
}

float rng_normal(uvec2 seed, uvec2 stream, uvec2 index) {
    uvec4 w = rng_philox(seed, stream, rng_shift(index, 1));
    uvec2 pair = (index.x & 1u) == 0u ? w.xy : w.zw;
    return rng_normal_bits(pair.x, pair.y);
}

// Beta by a table of n + 1 quantiles (vp_rng_beta_table), in two halves so that the table may live in any buffer:
//     uvec2 place = rng_beta_place(rng_word(seed, stream, index), n);
//     float m = rng_beta(table[place.x], table[place.x + 1], place.y);
uvec2 rng_beta_place(uint word, uint n) {
    uint slot, fraction;
    umulExtended(word, n, slot, fraction);
    return uvec2(slot, fraction);
}

float rng_beta(float low, float high, uint fraction) {
    precise float m = low + rng_uniform_bits(fraction) * (high - low);
    return m;
}

#endif
