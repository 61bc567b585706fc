/* A set of synthetic faces on its way to the disk. */
#ifndef VKPCL_DATA_SYNTH_SET_H
#define VKPCL_DATA_SYNTH_SET_H
#include "vkpcl/synth.h"

enum { VP_SYNTH_NAME = 32 };

/* Which picture is row `row`, 0..images-1: identity by identity, the first ones have one more where there is a rest. */
struct vp_synth_place {
    uint32_t identity, image;
};
struct vp_synth_place vp_synth_place_of(const struct vp_synth_request *request, uint32_t row);
uint32_t vp_synth_images_of(const struct vp_synth_request *request, uint32_t identity);

/* "identity_00001/00001.png" */
void vp_synth_name(struct vp_synth_place place, char name[VP_SYNTH_NAME]);

/* OUT/name, to be freed. */
char *vp_synth_path(const struct vp_synth_request *request, const char *name);

enum vp_status vp_synth_write_labels(const struct vp_synth_request *request, struct vp_error *err);
enum vp_status vp_synth_write_identities(const struct vp_synth_request *request, struct vp_error *err);
enum vp_status vp_synth_write_pairs(const struct vp_synth_request *request, struct vp_error *err);
/* The pictures themselves, as a tree or as images.npy with index.npz. */
enum vp_status vp_synth_write_tree(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err);
enum vp_status vp_synth_write_packed(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err);

#endif
