/* The images of each training step, decoded on threads ahead of need and packed for vp_augment.
 *
 * Step t belongs to epoch t / S and takes positions (t mod S)*batch + 0..images-1 of that epoch's order
 * (vp_source_pick), with S = max(1, items / batch) steps per epoch: the incomplete last batch is dropped, and a source
 * with fewer items than a step needs gives them again, shuffled anew.
 *
 * Guarantees: the bytes of step t depend on (source, seed, batch, images, max_side, grey, t) only: not on threads, on
 * the cache, or on whether the loader ran or was sought there.
 * Broken images (undecodable, unreadable, smaller than VP_LOADER_MIN_SIDE) are replaced, in the order of their slots,
 * by the positions behind the step's last one; they are counted and listed. Too many of them end the run: more than
 * max_broken of those tried (judged from 20 images on, and against at least 200 or all there are, so that one
 * unlucky step does not end a run).
 */
#ifndef VKPCL_LOADER_H
#define VKPCL_LOADER_H
#include "augment/augment_block.h" /* struct vp_augment_source */
#include "vkpcl/source.h"
#include <stdbool.h>

enum { VP_LOADER_MIN_SIDE = 8 };
#define VP_LOADER_CACHE_BYTES ((size_t)512 << 20)

struct vp_loader_settings {
    uint64_t seed;
    int batch;    /* items by which a step moves on in the epoch, >= 1 */
    int images;   /* images of a step, >= batch; 0: batch. Images beyond batch are seen again in the next step. */
    int max_side; /* images with a longer side are shrunk by the smallest whole factor that fits (box filter); four
                     times the training size is plenty */
    bool grey;    /* all channels = (77 R + 150 G + 29 B + 128) / 256 */
    int threads;  /* <= 0: one per core */
    double max_broken;
    size_t cache_bytes; /* decoded images kept in memory, first come first kept; 0: none. VP_LOADER_CACHE_BYTES */
};

/* One step's images. Memory belongs to the loader and stays as it is until the next call of vp_loader_next. */
struct vp_loader_batch {
    uint32_t step, epoch;
    int images;
    const unsigned char *pixels;             /* RGB rows, images packed one behind the other, each at a multiple of 4 */
    size_t pixel_bytes;                      /* a multiple of 4, at most vp_loader_capacity */
    const struct vp_augment_source *sources; /* (images): where each one starts, and its size */
    const uint32_t *numbers;                 /* (images): its number in the source */
};

struct vp_loader;

/* The source must outlive the loader. Decoding starts with the first call of vp_loader_next. Asserts on settings out of
 * range. */
struct vp_loader *vp_loader_create(const struct vp_source *source, const struct vp_loader_settings *settings);
void vp_loader_destroy(struct vp_loader *loader); /* NULL is allowed */

/* The batch of the next step: step 0 first, or the one sought. Waits until it is decoded, while two more are decoded
 * behind it. VP_ERR_FORMAT: too many broken images, with counts and examples; it comes at the step that met them, and
 * at each call from then on. */
enum vp_status vp_loader_next(struct vp_loader *loader, struct vp_loader_batch *batch, struct vp_error *err);
/* Goes on with `step`. */
void vp_loader_seek(struct vp_loader *loader, uint32_t step);

uint32_t vp_loader_steps_per_epoch(const struct vp_loader *loader);
/* The most bytes of pixels a step can have: images * 3 max_side^2, each rounded up to 4. */
size_t vp_loader_capacity(const struct vp_loader_settings *settings);
double vp_loader_waited(const struct vp_loader *loader); /* seconds spent waiting in vp_loader_next, in total */

/* Broken images met in the steps given out so far. */
uint32_t vp_loader_broken(const struct vp_loader *loader);
/* Writes one line "path: reason" for each of them; an empty file when there are none. */
enum vp_status vp_loader_write_broken(const struct vp_loader *loader, const char *path, struct vp_error *err);

#endif
