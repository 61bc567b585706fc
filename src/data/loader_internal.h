/* The loader's two halves: making one step's batch (loader_step.c), and doing so ahead of need (loader.c). */
#ifndef VKPCL_DATA_LOADER_INTERNAL_H
#define VKPCL_DATA_LOADER_INTERNAL_H
#include "data/picture_cache.h"
#include "vkpcl/loader.h"
#include "vkpcl/thread_pool.h"

/* A batch and its memory. */
struct vp_loader_slot {
    uint32_t step;
    unsigned char *pixels;
    size_t used, room;
    struct vp_augment_source *sources; /* (images) */
    uint32_t *numbers;                 /* (images) */
    uint32_t broken;                   /* known when this step was done */
    enum vp_status status;
    struct vp_error error;
};

/* A chain that only grows at its end: whoever follows it no further than a count that the making thread has published
 * needs no lock. */
struct vp_broken_image {
    struct vp_broken_image *next;
    uint32_t number;
    char reason[];
};

/* Owned by the thread that makes batches. */
struct vp_loader_maker {
    const struct vp_source *source;
    struct vp_loader_settings settings;
    struct vp_pool *pool;
    struct vp_picture_cache cache;
    unsigned char *seen; /* (source images): tried, broken */
    uint32_t tried, broken_count;
    struct vp_broken_image *broken, **broken_end; /* in the order met */
    /* Of the step under way, by slot. */
    struct vp_picture *pictures; /* empty where the cache has the image */
    struct vp_error *errors;     /* VP_OK: whole */
    int *todo;                   /* slots without an image yet */
    int todo_count;
    uint32_t *wanted;
};

void vp_loader_maker_init(struct vp_loader_maker *maker, const struct vp_source *source,
                          const struct vp_loader_settings *settings);
void vp_loader_maker_fini(struct vp_loader_maker *maker);
uint32_t vp_loader_maker_steps(const struct vp_loader_maker *maker); /* per epoch */
/* Fills slot with the batch of `step`, or with the failure. */
void vp_loader_make(struct vp_loader_maker *maker, uint32_t step, struct vp_loader_slot *slot);

#endif
