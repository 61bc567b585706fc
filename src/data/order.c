/* An element of a random permutation in constant time: a Feistel network permutes the numbers of b bits, and walking on
 * from a number that is too large (at most every second one is) ends at one below `count`, each exactly once. Black and
 * Rogaway, "Ciphers with arbitrary finite domains" (2002). */
#include "data/order.h"
#include "vkpcl/rng.h"
#include "vkpcl/status.h"

enum {
    ROUNDS = 8,
    SMALL = 64 /* below this a network has too few keys to reach most orders, and a shuffle costs nothing */
};

static uint32_t scrambled(uint64_t seed, uint64_t stream, uint64_t round, uint32_t half) {
    uint32_t words[4];
    vp_philox(seed, stream, round << 32 | half, words);
    return words[0];
}

uint32_t vp_order_at(uint64_t seed, uint64_t stream, uint32_t lap, uint32_t count, uint32_t position) {
    vp_assert(position < count, "place %u in an order of %u", position, count);
    uint64_t base = (uint64_t)lap << 8;
    if (count <= SMALL) {
        uint32_t order[SMALL];
        vp_rng_permutation(seed, stream, base << 32, count, order);
        return order[position];
    }
    unsigned bits = 0;
    while (bits < 32 && (count - 1) >> bits) bits++;
    unsigned low_bits = bits / 2;
    uint32_t low_mask = (1u << low_bits) - 1, high_mask = (1u << (bits - low_bits)) - 1;
    uint32_t low = position & low_mask, high = position >> low_bits, x;
    do {
        for (uint64_t round = 0; round < ROUNDS; round += 2) {
            low ^= scrambled(seed, stream, base | round, high) & low_mask;
            high ^= scrambled(seed, stream, base | (round + 1), low) & high_mask;
        }
        x = high << low_bits | low;
    } while (x >= count);
    return x;
}
