/* Decoded images kept in memory up to a budget: first come, first kept. Epochs go round in circles, where throwing out
 * the oldest would keep nothing useful. Not locked: only readers may run side by side. */
#ifndef VKPCL_DATA_PICTURE_CACHE_H
#define VKPCL_DATA_PICTURE_CACHE_H
#include "data/picture.h"
#include <stdbool.h>
#include <stdint.h>

struct vp_picture_cache {
    struct vp_picture **kept; /* (images), NULL: not here; the pixels follow the head */
    uint32_t images;
    size_t used, budget;
};
void vp_picture_cache_init(struct vp_picture_cache *cache, uint32_t images, size_t budget);
void vp_picture_cache_fini(struct vp_picture_cache *cache);
const struct vp_picture *vp_picture_cache_get(const struct vp_picture_cache *cache, uint32_t number); /* or NULL */
/* Keeps a copy when the budget allows; of borrowed pixels none is needed. */
void vp_picture_cache_offer(struct vp_picture_cache *cache, uint32_t number, const struct vp_picture *picture);

#endif
