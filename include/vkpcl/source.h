/* Where images come from: folders, identity trees, list files and packed sets, one or several, as one numbered set of
 * images.
 *
 *   layout     what it reads                                          one item of an epoch is
 *   folder     every image below the folder, sorted by name           an image
 *   list       a text file: one path per line (relative paths start   an image
 *              at the list's folder), then perhaps a label, ignored;
 *              blank lines and lines starting with # are skipped
 *   identity   FOLDER/identity/video/frame.jpg, FOLDER/identity/      an identity: each epoch draws one of its videos,
 *              frame.jpg: every folder that holds images is a video   then one frame of that video
 *   packed     a folder that vkpcl pack wrote, or any .npy of       what it was when it was packed; of a .npy from
 *              images, (N, H, W, 3) u8                               elsewhere, an image
 *   auto       a packed set is one; another file is a list; another folder is an identity tree when all its images lie
 * in at least two folders below it, more than one to a folder, and these are not named train, test, images and the like
 * Images end in jpg, jpeg, png, bmp, pgm or ppm, in any case; names that start with a dot are skipped.
 *
 * Guarantees: folders are read once, in vp_source_open. The index costs the file name plus 4 bytes per image (plus each
 * folder's path once). A pick is a pure function of (seed, epoch, position) and takes constant time and no memory, so
 * nothing needs saving to resume.
 */
#ifndef VKPCL_SOURCE_H
#define VKPCL_SOURCE_H
#include "vkpcl/config.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vp_source;

/* Opens `count` folders or lists. `layout` holds for all of them; with VP_LAYOUT_AUTO each is looked at by itself, and
 * what was found is said in `log`. VP_ERR_IO: missing or unreadable; VP_ERR_USAGE: no images there, or a layout that
 * does not fit (a file as a folder); VP_ERR_FORMAT: a line of a list without an image's path. */
enum vp_status vp_source_open(const char *const *paths, int count, enum vp_data_layout layout, const struct vp_log *log,
                              struct vp_source **source, struct vp_error *err);
void vp_source_destroy(struct vp_source *source); /* NULL is allowed */

uint32_t vp_source_images(const struct vp_source *source);
uint32_t vp_source_items(const struct vp_source *source); /* of one epoch; at least 1 */

/* The image at `position` of an epoch's order, as its number 0..images-1. Positions 0..items-1 visit every item once,
 * in an order shuffled by (seed, epoch); positions from items on start another shuffled lap of the same epoch. */
uint32_t vp_source_pick(const struct vp_source *source, uint64_t seed, uint32_t epoch, uint64_t position);

/* The path of image number `image`, cut to the buffer; returns its full length, as snprintf does. In a packed set it is
 * "OUT/images.npy[17]". */
size_t vp_source_path(const struct vp_source *source, uint32_t image, char *buffer, size_t bytes);
/* Number of the part that holds it. */
int vp_source_part_of(const struct vp_source *source, uint32_t image);

/* The pixels of an image that lies decoded in a packed set, (height, width, 3), as long as the source lives; NULL: the
 * image is a file. Asks the system to fetch them ahead of their use. */
const unsigned char *vp_source_pixels(const struct vp_source *source, uint32_t image, int *width, int *height);

/* One of the opened paths; a packed set has as many parts as it was packed from. */
struct vp_source_part {
    const char *path;
    enum vp_data_layout layout; /* folder, identity or list: what an item is */
    bool packed;
    uint32_t first_image, images; /* numbers of its images */
    uint32_t first_item, items;
};
const struct vp_source_part *vp_source_parts(const struct vp_source *source, int *count);

/* A number that changes with the names, their order and the layout, but not with the place of the folders: a resumed
 * run that finds another one does not continue the same order. */
uint64_t vp_source_fingerprint(const struct vp_source *source);
size_t vp_source_bytes(const struct vp_source *source); /* memory held by the index */

#endif
