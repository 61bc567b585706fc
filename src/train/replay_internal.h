/* What the files of replay share. */
#ifndef VKPCL_REPLAY_INTERNAL_H
#define VKPCL_REPLAY_INTERNAL_H
#include "vkpcl/npz.h"
#include "vkpcl/phase.h"
#include "vkpcl/replay.h"

/* Images under one key: (groups * per_group, 3, size, size), or with rank 5 (groups, per_group, 3, size, size). */
struct vp_replay_images {
    const char *key;
    int rank;
    int64_t groups, per_group, size;
    bool mirror;
};
enum vp_status vp_replay_images(struct vp_npz *npz, const struct vp_replay_images *images, float *to,
                                struct vp_error *err);
/* The shape of an array; it must have this rank. shape has VP_ARRAY_MAX_RANK numbers. */
enum vp_status vp_replay_size(struct vp_npz *npz, const char *key, int rank, int64_t *shape, struct vp_error *err);
/* An array as it is, to a pinned tensor; int64 becomes 32 bits. */
enum vp_status vp_replay_upload(struct vp_npz *npz, const char *key, struct vp_tape *tape, const struct vp_tensor *to,
                                struct vp_error *err);
/* Writes the results of one phase that has run; its gradients hold `scale` times their value. */
enum vp_status vp_replay_write(struct vp_npz_writer *out, struct vp_phase *phase, struct vp_params *params,
                               double scale, struct vp_error *err);

#endif
