/* Between the readers of label files: what they build, and how a reader is found. */
#ifndef VKPCL_DATA_LABELS_INTERNAL_H
#define VKPCL_DATA_LABELS_INTERNAL_H
#include "data/names.h"
#include "data/packed.h"
#include "io/table.h"
#include "vkpcl/labels.h"

/* ---- labels_build.c ---- */

struct vp_labels_builder {
    struct vp_labels labels; /* growing */
    struct vp_arena *arena;
    struct vp_names identities, categories;
    int room;
    signed char *au;
    float *au_intensity;
    unsigned char *pixels;    /* from malloc */
    struct vp_packed *packed; /* pixels that lie in a file; the builder's own */
};
void vp_labels_begin(struct vp_labels_builder *builder);
/* Columns of action units; before the first item. intensity: some have a degree, too. */
void vp_labels_set_aus(struct vp_labels_builder *builder, const char *const *names, int count, bool intensity);
/* One more item, nothing known yet; path NULL: its pixels are in memory. A relative path begins at root. */
struct vp_label *vp_labels_add(struct vp_labels_builder *builder, const char *root, const char *path);
/* The last item's place for action unit `au`. */
signed char *vp_labels_au(struct vp_labels_builder *builder, int au);
float *vp_labels_au_intensity(struct vp_labels_builder *builder, int au);
struct vp_labels *vp_labels_end(struct vp_labels_builder *builder, const char *format);
void vp_labels_abandon(struct vp_labels_builder *builder);

/* train, val, test and their kin, in any case; NONE: no such word. */
enum vp_split vp_split_of(const char *word);
char *vp_path_joined(struct vp_arena *arena, const char *root, const char *path);
/* "AU12", "au12", "12": 12; else 0. */
int vp_au_number(const char *name);

/* ---- labels_lines.c: files whose lines all have the same few fields ---- */

enum vp_line_kind { VP_LINE_PATH, VP_LINE_CATEGORY, VP_LINE_SPLIT, VP_LINE_PIXELS };
struct vp_line_field {
    enum vp_line_kind kind;
    const char *what; /* for messages */
    int min, max;     /* VP_LINE_CATEGORY */
};
struct vp_line_format {
    const char *form; /* a right line in words */
    char separator;
    bool header; /* the first record names the columns */
    int count;
    struct vp_line_field fields[3];
    int side;                 /* VP_LINE_PIXELS: side * side grey pixels in one field */
    const char *const *names; /* of the categories, from fields' min on; NULL: their numbers */
    void (*finish)(struct vp_labels_builder *builder, struct vp_label *label, const char *root, const char *path);
};
enum vp_status vp_labels_read_lines(const struct vp_line_format *format, struct vp_labels_builder *builder,
                                    const struct vp_labels_request *request, struct vp_error *err);

/* ---- one reader a format; request->root is never NULL ---- */

typedef enum vp_status vp_labels_reader(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                        struct vp_error *err);
vp_labels_reader vp_labels_read_csv, vp_labels_read_rafdb, vp_labels_read_fer2013, vp_labels_read_folders,
    vp_labels_read_list, vp_labels_read_disfa, vp_labels_read_bp4d, vp_labels_read_npz, vp_labels_read_aflw2000,
    vp_labels_read_packed;

/* ---- pairs.c ---- */

struct vp_pairs_builder {
    struct vp_pairs pairs;
    struct vp_arena *arena;
    struct vp_names paths;
    struct vp_packed *packed; /* that the images lie in; the builder's own */
    int room;
};
void vp_pairs_add(struct vp_pairs_builder *builder, const char *root, int fold, bool same, const char *a,
                  const char *b);
/* Gives the pairs of each kind, same and different, ten folds of equal size in their order. */
void vp_pairs_ten_folds(struct vp_pairs_builder *builder);

typedef enum vp_status vp_pairs_reader(struct vp_pairs_builder *builder, const struct vp_labels_request *request,
                                       struct vp_error *err);
vp_pairs_reader vp_pairs_read_lfw, vp_pairs_read_cplfw, vp_pairs_read_csv;

/* ---- pairs_packed.c ---- */

/* Looks the images up in the packed set at request->root, where there is one. */
enum vp_status vp_pairs_find_packed(struct vp_pairs_builder *builder, const struct vp_labels_request *request,
                                    struct vp_error *err);

/* ---- labels_formats.c ---- */

struct vp_label_reader {
    const char *name;
    vp_labels_reader *labels; /* NULL: it reads pairs */
    vp_pairs_reader *pairs;
};
/* The format of that name, else the one that fits what lies at the path; NULL: *err is filled. */
const struct vp_label_reader *vp_label_reader_for(const struct vp_labels_request *request, bool pairs,
                                                  struct vp_error *err);

#endif
