/* Decoding a batch on threads, and packing it. */
#include "data/picture.h"
#include "eval/embed_internal.h"
#include <stdlib.h>
#include <string.h>

size_t vp_embed_batch_bytes(int capacity, int max_side) {
    size_t image = (size_t)max_side * (size_t)max_side * 3;
    return (size_t)capacity * ((image + 3) / 4 * 4);
}

void vp_embed_batch_init(struct vp_embed_batch *batch, const struct vp_picture_set *pictures, int capacity,
                         int max_side, bool grey, int threads) {
    *batch = (struct vp_embed_batch){.pictures = pictures,
                                     .pool = vp_pool_create(threads),
                                     .capacity = capacity,
                                     .max_side = max_side,
                                     .grey = grey};
    size_t n = (size_t)capacity;
    batch->image = calloc(n, sizeof *batch->image);
    batch->errors = calloc(n, sizeof *batch->errors);
    batch->sources = calloc(n, sizeof *batch->sources);
    batch->blocks = calloc(n, sizeof *batch->blocks);
    batch->pixels = malloc(vp_embed_batch_bytes(capacity, max_side));
    vp_assert(batch->image && batch->errors && batch->sources && batch->blocks && batch->pixels,
              "no host memory for a batch of %d images", capacity);
}

void vp_embed_batch_fini(struct vp_embed_batch *batch) {
    vp_pool_destroy(batch->pool);
    free(batch->image);
    free(batch->errors);
    free(batch->sources);
    free(batch->blocks);
    free(batch->pixels);
    *batch = (struct vp_embed_batch){0};
}

void vp_embed_batch_shrink(struct vp_embed_batch *batch) {
    vp_pool_destroy(batch->pool);
    free(batch->image);
    free(batch->errors);
    batch->pool = NULL;
    batch->image = NULL;
    batch->errors = NULL;
    unsigned char *fitting = realloc(batch->pixels, batch->pixel_bytes + 1);
    if (fitting) batch->pixels = fitting;
}

static void decode(void *context, int index) {
    struct vp_embed_batch *batch = context;
    const struct vp_picture_set *pictures = batch->pictures;
    struct vp_image *image = &batch->image[index];
    struct vp_error *err = &batch->errors[index];
    *err = (struct vp_error){0};
    if (pictures->load(pictures->context, batch->first + index, image, err) != VP_OK) return;
    vp_picture_shrink(image, batch->max_side);
    if (batch->grey) vp_picture_grey(image);
}

/* Each image starts at a multiple of four bytes; its block asks for the whole of it. */
static void pack(struct vp_embed_batch *batch) {
    batch->pixel_bytes = 0;
    for (int i = 0; i < batch->count; i++) {
        struct vp_image *image = &batch->image[i];
        size_t bytes = (size_t)image->width * (size_t)image->height * 3;
        memcpy(batch->pixels + batch->pixel_bytes, image->rgb, bytes);
        batch->sources[i] = (struct vp_augment_source){
            .offset = (uint32_t)batch->pixel_bytes, .width = (uint32_t)image->width, .height = (uint32_t)image->height};
        batch->blocks[i] =
            (struct vp_augment_block){.source = (uint32_t)i, .w = (float)image->width, .h = (float)image->height};
        batch->pixel_bytes += (bytes + 3) / 4 * 4;
        vp_image_fini(image);
    }
    for (int i = batch->count; i < batch->capacity; i++) batch->blocks[i] = batch->blocks[0];
}

enum vp_status vp_embed_batch_load(struct vp_embed_batch *batch, int64_t first, int count, struct vp_error *err) {
    batch->first = first;
    batch->count = count;
    vp_pool_for(batch->pool, count, decode, batch);
    int failed = 0;
    while (failed < count && batch->errors[failed].status == VP_OK) failed++;
    if (failed == count) {
        pack(batch);
        return VP_OK;
    }
    for (int i = 0; i < count; i++)
        if (batch->errors[i].status == VP_OK) vp_image_fini(&batch->image[i]);
    if (err) *err = batch->errors[failed];
    return batch->errors[failed].status;
}
