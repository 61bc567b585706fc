/* Texts numbered in the order in which they first appear, and found again by hashing. */
#ifndef VKPCL_DATA_NAMES_H
#define VKPCL_DATA_NAMES_H
#include "vkpcl/arena.h"
#include <stdint.h>

struct vp_names {
    struct vp_arena *arena; /* of the texts; the caller's */
    const char **text;      /* (count) */
    int count, room;
    uint32_t *slots; /* (slot_count), number + 1 of the text there; a power of two, at most half full */
    uint32_t slot_count;
};
void vp_names_init(struct vp_names *names, struct vp_arena *arena);
void vp_names_fini(struct vp_names *names);                        /* texts stay in the arena */
int vp_names_add(struct vp_names *names, const char *text);        /* its number, which may be an old one */
int vp_names_find(const struct vp_names *names, const char *text); /* or -1 */
/* The longest ending of `path` that is one of the texts: all of it, then without its first folder, ...; or -1. So a
 * file may name images by whatever part of their path its writer had in mind. */
int vp_names_find_ending(const struct vp_names *names, const char *path);
/* The texts as an array in the arena, for others to keep. */
const char *const *vp_names_array(const struct vp_names *names);

#endif
