/* The networks of PCL: encoder with two branches, projection heads, decoder. Compositions of ops, nothing below them.
 *
 * Names and shapes of parameters are the method's, so weights pass between this project and PyTorch unrenamed. `width`
 * multiplies every channel count, channel(c) = max(1, round(c * width)); `size` is the training size, a power of two of
 * at least 16. At width 1 and 64 px: 17,262,723 parameters, features of 2048.
 */
#ifndef VKPCL_MODEL_H
#define VKPCL_MODEL_H
#include "vkpcl/params.h"

struct vp_model_shape {
    double width;
    int size;
};

int64_t vp_model_channels(const struct vp_model_shape *shape, int64_t at_full_width);
/* Length of the face and of the pose feature: 128 * width * (size / 16)^2. */
int64_t vp_model_feature(const struct vp_model_shape *shape);
/* Length of a projected feature: 512 * width. */
int64_t vp_model_projection(const struct vp_model_shape *shape);

/* Registers every parameter and running statistic. */
void vp_model_add_params(struct vp_params *params, const struct vp_model_shape *shape);

/* images (n, size, size, 3) in [0,1] -> trunk (n, size/16, size/16, 128 w). Any size that halves four times. */
struct vp_tensor *vp_encoder_trunk(struct vp_weights *weights, struct vp_tensor *images);
/* trunk -> feature (n, 128 w * h * w), flattened in C,H,W order. */
struct vp_tensor *vp_encoder_face(struct vp_weights *weights, struct vp_tensor *trunk);
struct vp_tensor *vp_encoder_pose(struct vp_weights *weights, struct vp_tensor *trunk);

/* feature -> projection: linear, ReLU, linear, batch norm over the rows of the call. head: "exp_fc" or "pose_fc". */
struct vp_tensor *vp_projection(struct vp_weights *weights, const char *head, struct vp_tensor *feature);

/* Decodes (calls * n, feature) to (calls * n, size, size, 3) in (-1, 1): the rows are `calls` consecutive decodes, each
 * with its own batch statistics; running statistics are updated call after call. */
struct vp_tensor *vp_decoder(struct vp_weights *weights, struct vp_tensor *feature, int calls, int size);

#endif
