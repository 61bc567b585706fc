#include "data/picture_cache.h"
#include <stdlib.h>
#include <string.h>

void vp_picture_cache_init(struct vp_picture_cache *cache, uint32_t images, size_t budget) {
    *cache = (struct vp_picture_cache){.images = images, .budget = budget};
    if (budget == 0) return;
    cache->kept = calloc(images, sizeof *cache->kept);
    vp_assert(cache->kept, "out of host memory for a cache of %u images", images);
}

void vp_picture_cache_fini(struct vp_picture_cache *cache) {
    for (uint32_t i = 0; cache->kept && i < cache->images; i++) free(cache->kept[i]);
    free(cache->kept);
    *cache = (struct vp_picture_cache){0};
}

const struct vp_picture *vp_picture_cache_get(const struct vp_picture_cache *cache, uint32_t number) {
    return cache->kept ? cache->kept[number] : NULL;
}

void vp_picture_cache_offer(struct vp_picture_cache *cache, uint32_t number, const struct vp_picture *picture) {
    if (!cache->kept || cache->kept[number] || !picture->own) return;
    size_t pixels = (size_t)picture->width * (size_t)picture->height * 3, bytes = sizeof *picture + pixels;
    if (bytes > cache->budget - cache->used) return;
    struct vp_picture *copy = malloc(bytes);
    if (!copy) { /* what does not fit need not be kept */
        cache->budget = cache->used;
        return;
    }
    unsigned char *rgb = (unsigned char *)(copy + 1);
    memcpy(rgb, picture->rgb, pixels);
    *copy = (struct vp_picture){.width = picture->width, .height = picture->height, .rgb = rgb};
    cache->kept[number] = copy;
    cache->used += bytes;
}
