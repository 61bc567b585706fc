/* A network to look through: weights from a file, from a run's newest checkpoint, or drawn at random, on the device.
 *
 * The shape comes from the configuration in a checkpoint's metadata or, where there is none (weights saved by PyTorch),
 * from the shapes of the arrays. The encoder must be complete; projection heads and decoder are loaded when they are
 * there. Arrays may be float32, float16 or float64.
 */
#ifndef VKPCL_NETWORK_H
#define VKPCL_NETWORK_H
#include "vkpcl/model.h"
#include <stdbool.h>

struct vp_network {
    struct vp_gpu *gpu;
    struct vp_params *params;
    struct vp_model_shape shape; /* width, training size */
    bool heads, decoder;         /* loaded, or drawn */
    bool grey;                   /* trained on grey images: what it looks at is made grey too */
    uint64_t hash;               /* of the encoder's weights (and heads'): names their features in a cache */
    char source[1024];           /* the file they came from, or "random weights (seed 1)" */
};

/* path: safetensors with the method's names, or a run's folder. On failure nothing is held. */
enum vp_status vp_network_open(struct vp_network *network, struct vp_gpu *gpu, const char *path, struct vp_error *err);
/* The untrained network of this shape: what learning has to beat. */
enum vp_status vp_network_random(struct vp_network *network, struct vp_gpu *gpu, const struct vp_model_shape *shape,
                                 uint64_t seed, struct vp_error *err);
void vp_network_close(struct vp_network *network);

#endif
