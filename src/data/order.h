/* Shuffled orders without a table. */
#ifndef VKPCL_DATA_ORDER_H
#define VKPCL_DATA_ORDER_H
#include <stdint.h>

/* Element `position` of a random permutation of 0..count-1, chosen by (seed, stream, lap); position < count,
 * lap < 2^24. */
uint32_t vp_order_at(uint64_t seed, uint64_t stream, uint32_t lap, uint32_t count, uint32_t position);

#endif
