/* Embedding: images in, features out, in order. The encoder looks at them once, in inference (batch norm uses its
 * running statistics).
 *
 *   feature          length at 64 px, full width   what
 *   trunk            2048 = 128 * 4 * 4            behind the shared part, flattened in C,H,W order
 *   face, pose       2048                          behind the two branches, likewise
 *   face_projection  512                           behind the projection heads: only at the training size, for the
 *   pose_projection  512                           heads are linear layers of one length
 *   pixels           size * size                   the resized image in grey, 0.299 R + 0.587 G + 0.114 B in [0, 1]:
 *                                                  the baseline of doing nothing
 * The encoder is fully convolutional, so any size from 16 px on will do: 100 px give a trunk of 128 * 7 * 7 = 6272, 256
 * px one of 32768. Images are resized as in training: antialiased bilinear, the whole image onto a square.
 */
#ifndef VKPCL_EMBED_H
#define VKPCL_EMBED_H
#include "vkpcl/image.h"
#include "vkpcl/log.h"
#include "vkpcl/network.h"

enum vp_feature {
    VP_FEATURE_TRUNK,
    VP_FEATURE_FACE,
    VP_FEATURE_POSE,
    VP_FEATURE_FACE_PROJECTION,
    VP_FEATURE_POSE_PROJECTION,
    VP_FEATURE_PIXELS,
    VP_FEATURES
};
const char *vp_feature_name(enum vp_feature feature);
/* -1: no feature of that name. */
int vp_feature_find(const char *name);
/* Its length for images of this size; 0: the network has none (heads that do not fit). network may be NULL for pixels.
 */
int64_t vp_feature_columns(const struct vp_network *network, enum vp_feature feature, int size);

/* Images by number. load is called from several threads at once; the image is freed by the caller. */
struct vp_picture_set {
    int64_t count;
    enum vp_status (*load)(void *context, int64_t index, struct vp_image *image, struct vp_error *err);
    void *context;
    uint64_t hash; /* changes when the images or their order do: names their features in a cache */
};
/* Files by path. The hash is made of path, size and time of change. paths must outlive the set. */
struct vp_picture_set vp_picture_files(const char *const *paths, int64_t count);

struct vp_embed_settings {
    int size;          /* pixels */
    int batch;         /* 0: as many as 64 images of 64 px have pixels */
    int threads;       /* that decode; 0: one per core */
    const char *cache; /* folder for features; NULL: none */
    const struct vp_log *log;
};

struct vp_features {
    int64_t rows, columns;
    float *data; /* (rows, columns), from malloc */
};
void vp_features_fini(struct vp_features *features);

/* features[f] is filled for every f that is in `wanted` (1u << f); those found in the cache are read from there, all
 * others computed in one pass over the images. An image that cannot be read is an error that names it. network may be
 * NULL when only pixels are wanted. On failure nothing is held. */
enum vp_status vp_embed(struct vp_gpu *gpu, const struct vp_network *network, const struct vp_picture_set *pictures,
                        const struct vp_embed_settings *settings, unsigned wanted,
                        struct vp_features features[VP_FEATURES], struct vp_error *err);

/* Writes the wanted features in the order of the images. By the ending of `path`:
 *   .npz, .safetensors   one array per feature, under its name
 *   .npy                 exactly one feature
 * The list of images lies beside it in PATH.images.txt, a line each, written first; safetensors also hold it as the
 * metadata "images". */
enum vp_status vp_embed_write(const char *path, const struct vp_features features[VP_FEATURES], unsigned wanted,
                              const char *const *images, int64_t count, struct vp_error *err);
/* Can vp_embed_write write these there? VP_ERR_USAGE before any work is done. */
enum vp_status vp_embed_check_path(const char *path, unsigned wanted, struct vp_error *err);

#endif
