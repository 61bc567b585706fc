#include "vkpcl/rng.h"
#include "vkpcl/status.h"
#include <math.h>

void vp_philox(uint64_t seed, uint64_t stream, uint64_t index, uint32_t out[4]) {
    uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
        uint32_t next0 = (uint32_t)(b >> 32) ^ c1 ^ k0, next2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c0 = next0, c1 = (uint32_t)b, c2 = next2, c3 = (uint32_t)a;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static uint32_t word(uint64_t seed, uint64_t stream, uint64_t index) {
    uint32_t block[4];
    vp_philox(seed, stream, index / 4, block);
    return block[index % 4];
}

static float unit(uint32_t bits) {
    return (float)(bits >> 8) * 0x1p-24f;
}

float vp_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index) {
    return unit(word(seed, stream, index));
}

uint32_t vp_rng_below(uint64_t seed, uint64_t stream, uint64_t index, uint32_t bound) {
    vp_assert(bound > 0, "there is no integer in [0, 0)");
    return (uint32_t)(((uint64_t)word(seed, stream, index) * bound) >> 32);
}

void vp_rng_permutation(uint64_t seed, uint64_t stream, uint64_t index_base, uint32_t count, uint32_t *out) {
    for (uint32_t i = 0; i < count; i++) out[i] = i;
    for (uint32_t i = count; i-- > 1;) {
        uint32_t j = vp_rng_below(seed, stream, index_base + i, i + 1);
        uint32_t swap = out[i];
        out[i] = out[j], out[j] = swap;
    }
}

/* Continued fraction of the incomplete beta function (modified Lentz), good for x <= (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x) {
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    if (fabs(d) < tiny) d = tiny;
    d = 1 / d;
    double h = d;
    for (int m = 1; m < 500; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double before = h;
        for (int half = 0; half < 2; half++) {
            double term = half ? odd : even;
            d = 1 + term * d, c = 1 + term / c;
            if (fabs(d) < tiny) d = tiny;
            if (fabs(c) < tiny) c = tiny;
            d = 1 / d;
            h *= d * c;
        }
        if (fabs(h - before) <= 1e-15 * fabs(h)) break;
    }
    return h;
}

void vp_rng_beta_table(double a, int n, float *table) {
    vp_assert(a > 0 && n > 0, "Beta(%g, %g) in %d steps", a, a, n);
    double scale = exp(lgamma(2 * a) - 2 * lgamma(a)) / a;
    for (int i = 0; i <= n / 2; i++) {
        /* Symmetric, so only the lower half is solved; there the fraction converges. Bisection keeps the order. */
        double target = (double)i / n, low = 0, high = 0.5;
        for (int step = 0; i > 0 && step < 100; step++) {
            double x = 0.5 * (low + high);
            double below = scale * exp(a * (log(x) + log1p(-x))) * beta_fraction(a, a, x);
            if (below < target)
                low = x;
            else
                high = x;
        }
        double x = i == 0 ? 0 : 2 * i == n ? 0.5 : 0.5 * (low + high);
        table[i] = (float)x;
        table[n - i] = (float)(1 - x);
    }
}

float vp_rng_beta(const float *table, int n, uint64_t seed, uint64_t stream, uint64_t index) {
    uint64_t place = (uint64_t)word(seed, stream, index) * (uint32_t)n; /* slot in the high word, fraction in the low */
    uint32_t slot = (uint32_t)(place >> 32);
    return table[slot] + unit((uint32_t)place) * (table[slot + 1] - table[slot]);
}
