/* What the files of embedding share: decoded batches, the network as a program, cached features. */
#ifndef VKPCL_EMBED_INTERNAL_H
#define VKPCL_EMBED_INTERNAL_H
#include "augment/augment_block.h"
#include "vkpcl/embed.h"
#include "vkpcl/thread_pool.h"

/* ---- embed_batch.c: images of a batch, decoded on threads and packed as vp_augment reads them ---- */

struct vp_embed_batch {
    const struct vp_picture_set *pictures;
    struct vp_pool *pool;
    int capacity, max_side, count; /* images at most; of one image; now */
    int64_t first;                 /* its first image */
    bool grey;
    struct vp_image *image;  /* (capacity) */
    struct vp_error *errors; /* (capacity) */
    unsigned char *pixels;
    size_t pixel_bytes; /* used */
    struct vp_augment_source *sources;
    struct vp_augment_block *blocks;
};
void vp_embed_batch_init(struct vp_embed_batch *batch, const struct vp_picture_set *pictures, int capacity,
                         int max_side, bool grey, int threads);
void vp_embed_batch_fini(struct vp_embed_batch *batch);
size_t vp_embed_batch_bytes(int capacity, int max_side); /* the most that pixels can need */
/* Gives back what decoding needs and the room that this batch did not fill: it can only be run from now on. */
void vp_embed_batch_shrink(struct vp_embed_batch *batch);
/* Decodes images first .. first + count - 1. */
enum vp_status vp_embed_batch_load(struct vp_embed_batch *batch, int64_t first, int count, struct vp_error *err);

/* ---- embed_program.c: from packed bytes to features, recorded once ---- */

struct vp_embed_program {
    struct vp_tape *tape;
    struct vp_tape_memory memory;
    struct vp_tensor *pixels, *sources, *blocks;
    struct vp_tensor *images;               /* (batch, size, size, 3); readable with keep_images */
    struct vp_tensor *feature[VP_FEATURES]; /* kept; NULL where not wanted. pixels: the images themselves */
};
enum vp_status vp_embed_program_init(struct vp_embed_program *program, struct vp_gpu *gpu, struct vp_params *params,
                                     int batch, int size, size_t pixel_bytes, unsigned wanted, bool keep_images,
                                     struct vp_error *err);
/* Device memory that such a program takes. */
uint64_t vp_embed_program_bytes(struct vp_gpu *gpu, struct vp_params *params, int batch, int size, size_t pixel_bytes,
                                unsigned wanted);
void vp_embed_program_fini(struct vp_embed_program *program);
enum vp_status vp_embed_program_run(struct vp_embed_program *program, const struct vp_embed_batch *batch,
                                    struct vp_error *err);
/* The feature of the first `count` images of the last run into `to` (count, columns). Waits. */
enum vp_status vp_embed_program_read(const struct vp_embed_program *program, enum vp_feature feature, int count,
                                     float *to, struct vp_error *err);

/* ---- feature_cache.c ---- */

uint64_t vp_feature_key(const struct vp_network *network, const struct vp_picture_set *pictures, int size,
                        enum vp_feature feature);
/* false: not there (or not of this shape, or unreadable: it is then made anew). */
bool vp_feature_cache_read(const char *folder, uint64_t key, enum vp_feature feature, struct vp_features *features);
enum vp_status vp_feature_cache_write(const char *folder, uint64_t key, enum vp_feature feature,
                                      const struct vp_features *features, struct vp_error *err);

#endif
