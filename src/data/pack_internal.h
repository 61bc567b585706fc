/* The parts of packing: files that survive a kill, the lines of labels.csv, the index. */
#ifndef VKPCL_DATA_PACK_INTERNAL_H
#define VKPCL_DATA_PACK_INTERNAL_H
#include "data/names.h"
#include "io/table.h"
#include "vkpcl/pack.h"
#include <stdio.h>

/* ---- pack_files.c ---- */

enum { VP_PACK_IMAGES, VP_PACK_LABELS, VP_PACK_BROKEN, VP_PACK_ROWS, VP_PACK_FILES };

/* Files under construction: OUT/images.npy.tmp and so on, to which each piece of the source adds, and
 * OUT/pack.progress, rewritten after each piece, which says how long they were then. What a killed run wrote behind
 * that is cut off. */
struct vp_pack_files {
    const char *folder;
    FILE *file[VP_PACK_FILES];
    uint64_t origin;   /* of the request, see vp_packed */
    uint32_t seen;     /* images of the source that are done with */
    uint32_t saved;    /* of them safe from a kill */
    uint32_t rows;     /* of them in the set */
    bool is_fresh;     /* nothing was there before */
    bool was_complete; /* a finished set of this origin lies there: nothing is open */
};
enum { VP_PACK_HEADER = 128 }; /* bytes of images.npy before the first pixel */

enum vp_status vp_pack_files_open(struct vp_pack_files *files, const char *folder, uint64_t origin,
                                  struct vp_error *err);
/* What was written so far survives a kill. */
enum vp_status vp_pack_files_save(struct vp_pack_files *files, struct vp_error *err);
/* Writes the array's header and gives images, labels and the list of broken ones their names. */
enum vp_status vp_pack_files_publish(struct vp_pack_files *files, int size, struct vp_error *err);
/* Removes what only a resumed run needs; the set is complete. */
void vp_pack_files_forget(struct vp_pack_files *files);
/* Nothing came of it: keeps the list of broken images only. */
void vp_pack_files_abandon(struct vp_pack_files *files);
void vp_pack_files_close(struct vp_pack_files *files); /* what is unfinished stays for the next run */

/* ---- pack_labels.c ---- */

/* Lines of labels.csv: path, identity, and the columns of a given csv. */
struct vp_pack_labels {
    const struct vp_source *source;
    struct vp_arena *arena;
    struct vp_names names; /* paths in the given csv */
    const char **rest;     /* (names): ",a,b,c" as it goes into the file */
    const char **person;   /* (names): its identity, or NULL: it has no such column */
    const char *header, *blank;
    uint64_t hash;
    const char *path; /* of the given csv, or NULL */
    int *lines;       /* (names): for messages */
};
enum vp_status vp_pack_labels_open(struct vp_pack_labels *labels, const struct vp_source *source, const char *path,
                                   const struct vp_log *log, struct vp_error *err);
void vp_pack_labels_close(struct vp_pack_labels *labels);
void vp_pack_labels_write(const struct vp_pack_labels *labels, uint32_t image, FILE *to);
/* How paths and people are called in labels.csv: below the opened folder; "" when the layout knows no people. */
const char *vp_pack_inner_path(const struct vp_source *source, uint32_t image, const char *path);

/* How well a file about images and a source fit: each image is looked up once. */
struct vp_pack_coverage {
    uint32_t images;            /* of the source that the file speaks of */
    int unknown, first_unknown; /* of the file's names that stand for no image */
};
struct vp_pack_coverage vp_pack_cover(const struct vp_source *source,
                                      int (*find)(const void *context, const char *path), const void *context,
                                      int names);

/* ---- pack_index.c ---- */

/* Writes index.npz for the images of the source whose numbers, rising, are in rows. */
enum vp_status vp_pack_write_index(const struct vp_source *source, const uint32_t *rows, uint32_t count,
                                   const char *folder, uint64_t origin, struct vp_error *err);

#endif
