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

const struct vp_image *vp_picture_cache_get(const struct vp_picture_cache *cache, uint32_t number) {
    return cache->kept ? cache->kept[number] : NULL;
}

void vp_picture_cache_offer(struct vp_picture_cache *cache, uint32_t number, const struct vp_image *image) {
    if (!cache->kept || cache->kept[number]) return;
    size_t pixels = (size_t)image->width * (size_t)image->height * 3, bytes = sizeof *image + pixels;
    if (bytes > cache->budget - cache->used) return;
    struct vp_image *copy = malloc(bytes);
    if (!copy) { /* what does not fit need not be kept */
        cache->budget = cache->used;
        return;
    }
    *copy = (struct vp_image){.width = image->width, .height = image->height, .rgb = (unsigned char *)(copy + 1)};
    memcpy(copy->rgb, image->rgb, pixels);
    cache->kept[number] = copy;
    cache->used += bytes;
}
