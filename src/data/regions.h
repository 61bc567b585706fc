/* Where the face is in each image, from a file: five landmarks, or a box.
 *
 *   landmarks  csv with a path column and x0,y0,x1,y1,... for 5 or 68 points (x_0, x0 and x1..x5 are all understood:
 * the columns that begin with x and end in a number, by rising number), or CelebA's lefteye_x, lefteye_y, ... boxes csv
 * with a path column and x0,y0,x1,y1 or left,top,right,bottom or x,y,w,h or left,top,width,height; a VoxCeleb track (a
 * txt with lines FRAME X Y W H, in pixels or in fractions of the image), or a folder tree of them:
 * FOLDER/identity/video/00001.txt and so on hold the frames identity/video/000123.jpg A path in the file stands for
 * every image whose path ends in it. */
#ifndef VKPCL_DATA_REGIONS_H
#define VKPCL_DATA_REGIONS_H
#include "data/crop.h"
#include "data/names.h"
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stdint.h>

struct vp_regions {
    const char *path; /* of the file, for messages */
    struct vp_arena *arena;
    struct vp_names names; /* of the images, as in the file */
    int numbers;           /* per image: 10 landmarks, or 4 of a box */
    float *values;         /* (names, numbers) */
    int room;
    bool frames; /* names end in a frame's number instead of a file's name */
};
enum vp_status vp_regions_read_landmarks(struct vp_regions *regions, const char *path, struct vp_error *err);
enum vp_status vp_regions_read_boxes(struct vp_regions *regions, const char *path, struct vp_error *err);
void vp_regions_close(struct vp_regions *regions);
/* The number of the image's region, or -1. */
int vp_regions_find(const struct vp_regions *regions, const char *image_path);
/* The crop it stands for. */
struct vp_crop vp_regions_crop(const struct vp_regions *regions, int number, int width, int height, int size,
                               double margin);
uint64_t vp_regions_hash(const struct vp_regions *regions);

/* ---- regions_voxceleb.c ---- */

/* Adds what a track or a tree of tracks says. */
enum vp_status vp_regions_read_tracks(struct vp_regions *regions, const char *path, struct vp_error *err);
/* The next image's numbers; NULL: the name was there before. */
float *vp_regions_add(struct vp_regions *regions, const char *name);

#endif
