/* The index behind vp_source, and how it is built: part by part, folder by folder, image by image, in order. */
#ifndef VKPCL_DATA_SOURCE_INTERNAL_H
#define VKPCL_DATA_SOURCE_INTERNAL_H
#include "vkpcl/source.h"
#include <stdbool.h>

/* A folder that holds images (in identity trees: a video); its images are consecutive. */
struct vp_source_folder {
    uint32_t path;        /* in text; "" where the images' names are whole paths */
    uint32_t first_image; /* the last one is found from the next folder */
};

/* Where the folders and identities of a part start, and, for packed parts, what holds the pixels. */
struct vp_source_start {
    uint32_t folder, identity;
    struct vp_packed *packed; /* NULL: images are files */
    uint32_t row;             /* of the part's first image in the packed array; the part with row 0 owns it */
};

struct vp_source {
    char *text;                    /* all names and folder paths, each ended by a zero byte */
    uint64_t text_used, text_room; /* above 4 GiB places no longer fit: vp_source_open refuses */
    uint32_t *names;               /* (images): where in text */
    struct vp_source_folder *folders;
    uint32_t *identities; /* first folder of each */
    uint32_t images, image_room, folder_count, folder_room, identity_count, identity_room, items;
    struct vp_source_part *parts;
    struct vp_source_start *starts; /* (parts) */
    int part_count, part_room;
};

struct vp_source *vp_source_begin(void);
void vp_source_begin_part(struct vp_source *source, const char *path);
/* starts_identity: the folder is the first one of a new identity (ignored where the part ends as another layout). */
void vp_source_add_folder(struct vp_source *source, const char *path, bool starts_identity);
void vp_source_add_image(struct vp_source *source, const char *name);
/* Images without names of their own. */
void vp_source_add_rows(struct vp_source *source, uint32_t count);
/* Identities seen in the part under way. */
uint32_t vp_source_part_identities(const struct vp_source *source);
void vp_source_end_part(struct vp_source *source, enum vp_data_layout layout);
/* Gives back spare room. */
void vp_source_finish(struct vp_source *source);

/* ".jpg" and the like, at the end of the name. */
bool vp_source_is_image(const char *name);
/* The first place in text, of `bytes` bytes, where such an ending is complete and a separator or the end follows; 0:
 * none. */
size_t vp_source_image_end(const char *text, size_t bytes);
#define VP_SOURCE_ENDINGS "jpg, jpeg, png, bmp, pgm, ppm"

/* Add one part from the disk. */
enum vp_status vp_source_scan(struct vp_source *source, const char *path, enum vp_data_layout layout,
                              const struct vp_log *log, struct vp_error *err);
enum vp_status vp_source_add_packed(struct vp_source *source, const char *path, struct vp_error *err);
enum vp_status vp_source_read_list(struct vp_source *source, const char *path, const struct vp_log *log,
                                   struct vp_error *err);

#endif
