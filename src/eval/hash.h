/* A 64-bit hash for naming cached results: eight bytes a step, each mixed by a multiplication (the finaliser of Steele,
 * Lea and Flood's SplitMix64). Not for anything an enemy could profit from. */
#ifndef VKPCL_EVAL_HASH_H
#define VKPCL_EVAL_HASH_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t vp_hash_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) + 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
    return hash ^ (hash >> 31);
}

static inline uint64_t vp_hash_bytes(uint64_t hash, const void *data, size_t bytes) {
    const unsigned char *p = data;
    hash = vp_hash_word(hash, bytes);
    for (; bytes >= 8; bytes -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        hash = vp_hash_word(hash, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, p, bytes);
    return vp_hash_word(hash, rest);
}

static inline uint64_t vp_hash_text(uint64_t hash, const char *text) {
    return vp_hash_bytes(hash, text, strlen(text));
}

#endif
