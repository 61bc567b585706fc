/* Replay: one step of each phase on given weights, inputs and random numbers, everything computed written out, for
 * anyone to compare with another implementation (method, section 7, lists the keys).
 */
#ifndef VKPCL_REPLAY_H
#define VKPCL_REPLAY_H
#include "vkpcl/config.h"
#include "vkpcl/gpu.h"

struct vp_replay_request {
    const char *weights; /* safetensors with the method's names */
    const char *inputs;  /* npz */
    const char *outputs; /* npz, written */
    const char *phase;   /* "recon", "face", "pose", or NULL: every phase present in the inputs */
};
enum vp_status vp_replay(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_replay_request *request,
                         struct vp_error *err);

#endif
