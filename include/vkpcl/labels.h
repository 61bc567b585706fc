/* Labels of face images: who, which expression, which action units, which pose; and pairs for verification.
 *
 *   format     what it reads                                                             gives
 *   csv        a header, then a line per image; columns are found by name, see below     whatever columns there are
 *   rafdb      "train_00001.jpg 5" per line, label 1..7; the file on the disk is         category, split
 *              train_00001_aligned.jpg
 *   fer2013    csv emotion,pixels,Usage; the 48 x 48 grey pixels are in the csv          category, split, pixels
 *   folders    ROOT/category/image.jpg, or ROOT/train/category/image.jpg and the like    category, split
 *   list       "path label" per line, label a whole number                               category
 *   disfa      csv path,0/1,... with a header of AU names                                action units
 *   bp4d       "path 1:+1 2:-1 12:+1 ..." per line                                       action units
 *   npz        image (N, H, W, 3) u8 and pose (N, 3) in degrees, see below                angles, pixels
 *   aflw2000   a folder of NAME.mat beside NAME.jpg, or one such .mat: Pose_Para         angles
 *   packed     a folder that vkpcl pack or synth --packed wrote, or its labels.csv: the       as csv, pixels
 *              csv's columns, the folder's images
 *   pairs of images:
 *   lfw        pairs.txt: "folds pairs", then "name n m" and "name n other m"            its folds
 *   cplfw      "a b label" per line, label 1: same person, else 0 or -1                  10 folds
 *   pairs      csv fold,same,image_a,image_b                                             its folds
 *   Where `root` (or the file's own folder) is a packed set, pairs name its images by the paths in its labels.csv.
 *
 * Every error names file and line (or entry), what was expected there and what was found. Paths in files may be
 * relative: they begin at `root`. Whether images exist is not looked at here; vp_label_image does when it opens one.
 */
#ifndef VKPCL_LABELS_H
#define VKPCL_LABELS_H
#include "vkpcl/image.h"
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stdint.h>

enum vp_split { VP_SPLIT_NONE, VP_SPLIT_TRAIN, VP_SPLIT_VALIDATION, VP_SPLIT_TEST };
enum { VP_LABEL_MISSING = -1 };

struct vp_label {
    const char *path;       /* of the image, as fopen takes it; NULL: its pixels are in vp_labels.pixels */
    int identity;           /* place in identity_names, or VP_LABEL_MISSING */
    int category;           /* expression or other class: place in category_names, or VP_LABEL_MISSING */
    enum vp_split split;    /* NONE: the file says nothing */
    float yaw, pitch, roll; /* degrees, as the file has them; NAN: missing. In 300W-LP and AFLW2000, yaw > 0 is a face
                               turned to the left of the image, pitch > 0 one that looks up */
};

/* All memory belongs to the struct. Names are in the order of their first line, except where a format fixes the order
 * (rafdb: 1..7, fer2013: 0..6, list: 0..largest) or sorts (folders). */
struct vp_labels {
    const char *format; /* name of the format that read it */
    int count;
    struct vp_label *items;      /* (count) */
    const unsigned char *pixels; /* (count, height, width, 3), or NULL: every item has a path */
    int height, width;           /* of pixels */
    int identities, categories;  /* 0: the file has none */
    const char *const *identity_names, *const *category_names;
    int aus;                     /* action units; 0: none */
    const char *const *au_names; /* "AU12" */
    const signed char *au;       /* (count, aus): 1 present, 0 absent, VP_LABEL_MISSING */
    const float
        *au_intensity; /* (count, aus): 0..1 or 0..5 as the file has it, NAN: missing; NULL: the file has none */
};

struct vp_pair {
    int fold; /* 0..folds-1 */
    bool same;
    int a, b; /* places in vp_pairs.paths */
};

struct vp_pairs {
    const char *format;
    int count, folds;
    struct vp_pair *pairs; /* (count) */
    int images;            /* each image once, in the order of its first use: features are computed once */
    const char *const *paths;
    const unsigned char *pixels; /* of a packed set, (anything, height, width, 3), or NULL: the images are files */
    const uint32_t *row;         /* (images): which of them */
    int height, width;
};

struct vp_labels_request {
    const char *path;
    const char *format;  /* name of a format, or NULL: look at the file */
    const char *root;    /* folder at which relative image paths begin; NULL: the file's own folder */
    const char *columns; /* csv: "path=file,identity=subject,category=expression" where names differ from the known
                            ones; NULL: none do */
};

/* VP_ERR_IO: missing or unreadable; VP_ERR_USAGE: no such format, no such column, or what is there fits no format;
 * VP_ERR_FORMAT: a line is wrong. *labels is NULL on failure. */
enum vp_status vp_labels_read(const struct vp_labels_request *request, struct vp_labels **labels, struct vp_error *err);
void vp_labels_destroy(struct vp_labels *labels); /* NULL is allowed */
enum vp_status vp_pairs_read(const struct vp_labels_request *request, struct vp_pairs **pairs, struct vp_error *err);
void vp_pairs_destroy(struct vp_pairs *pairs);
/* Image number `image` of the pairs, decoded or copied. The caller frees it with vp_image_fini. */
enum vp_status vp_pair_image(const struct vp_pairs *pairs, int image, struct vp_image *out, struct vp_error *err);

/* The image of one item, decoded or copied. The caller frees it with vp_image_fini. */
enum vp_status vp_label_image(const struct vp_labels *labels, int item, struct vp_image *image, struct vp_error *err);

/* Columns that the csv reader knows by name, without regard to case; the first that a file has is taken.
 *   path      path, file, image, filename, image_path       identity  identity, subject, person, id
 *   category  expression, emotion, category, class, label   split     id_split, split, usage (train, val, test, ...)
 *   yaw, pitch, roll
 *   AU12      0, 1, or nothing / -1 / 9 for missing; AU12_c is the same, and makes AU12 (or AU12_r) its intensity
 * Other columns are left alone.
 *
 * Published npz sets (300W-LP and AFLW2000 as FSA-Net's scripts wrote them, Yang et al., CVPR 2019) hold yaw, pitch,
 * roll in this order and pixels in OpenCV's order, BGR. That is the default; columns "pose=pitch-yaw-roll" and
 * "image=rgb" say otherwise. */

#endif
