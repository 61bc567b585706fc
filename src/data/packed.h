/* A packed set on the disk: what vkpcl pack writes, sources train from and label readers evaluate on.
 *
 *   images.npy   (N, H, W, 3) u8 in C order: all images decoded, cropped and of one size; numpy.load(...,
 * mmap_mode="r") labels.csv   a line per image: path, identity, and what else was known of it index.npz    how images
 * make videos, videos identities, and identities or single images the items of an epoch: part     u32 (P, 4)  layout (1
 * folder, 2 identity, 3 list), images, videos, identities of each source video    u32 (V)     images of each video,
 * which follow one another identity u32 (I)     videos of each identity origin   u64 (1)     names of images and
 * recipe, in one number broken.txt   images left out, with the reason; only when there are any A .npy without an index
 * is a folder of images. */
#ifndef VKPCL_DATA_PACKED_H
#define VKPCL_DATA_PACKED_H
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VP_PACKED_IMAGES "images.npy"
#define VP_PACKED_LABELS "labels.csv"
#define VP_PACKED_INDEX  "index.npz"
#define VP_PACKED_BROKEN "broken.txt"

struct vp_packed_part {
    uint32_t layout, images, videos, identities;
};

struct vp_packed {
    char *folder; /* that it lies in */
    char *path;   /* of the .npy */
    uint32_t images;
    int height, width;
    const unsigned char *pixels; /* (images, height, width, 3), mapped */
    struct vp_packed_part *parts;
    uint32_t *video, *identity; /* counts as in the index */
    uint32_t part_count, video_count, identity_count;
    uint64_t origin;
    void *map;
    size_t map_bytes;
};

/* Is that path a .npy file, or a folder with a finished packed set? */
bool vp_packed_is(const char *path);
/* Maps the images and reads the index. VP_ERR_FORMAT when the file is short, or index and images do not agree. */
enum vp_status vp_packed_open(const char *path, struct vp_packed **packed, struct vp_error *err);
/* Row `image`, and a hint to the system to fetch it from the disk by the time it is read. */
const unsigned char *vp_packed_image(const struct vp_packed *packed, uint32_t image);
size_t vp_packed_index_bytes(const struct vp_packed *packed); /* memory held, besides the mapping */
void vp_packed_close(struct vp_packed *packed);               /* NULL is allowed */

/* The index, written whole or not at all. */
enum vp_status vp_packed_write_index(const char *folder, const struct vp_packed *index, struct vp_error *err);
/* `origin` of the finished set in that folder; false: there is none. */
bool vp_packed_origin(const char *folder, uint64_t *origin);

#endif
