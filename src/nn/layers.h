/* Layers by name: the ops of one parameterised layer, with parameters "<name>.weight", "<name>.bias". */
#ifndef VKPCL_NN_LAYERS_H
#define VKPCL_NN_LAYERS_H
#include "vkpcl/params.h"

#define VP_LEAKY 0.1f /* slope of the encoder's LeakyReLU */
#define VP_RELU  0.0f
#define VP_PLAIN 1.0f

/* A parameter of a layer: name and suffix joined. */
struct vp_tensor *vp_layer_param(struct vp_weights *weights, const char *layer, const char *suffix);
/* Convolution of odd size with "same" padding, bias and activation. */
struct vp_tensor *vp_layer_conv(struct vp_weights *weights, const char *layer, struct vp_tensor *x, int stride,
                                float slope);
/* The same at stride 1, its output in floats whatever the tape stores activations in: what softmaxes, similarities and
 * losses read. */
struct vp_tensor *vp_layer_conv_float(struct vp_weights *weights, const char *layer, struct vp_tensor *x, float slope);
struct vp_tensor *vp_layer_linear(struct vp_weights *weights, const char *layer, struct vp_tensor *x, float slope);
/* Batch norm (eps 1e-5, momentum 0.1) of `calls` consecutive groups of rows. */
struct vp_tensor *vp_layer_batch_norm(struct vp_weights *weights, const char *layer, struct vp_tensor *x, int calls);

/* Registration: the parameters of such a layer. */
void vp_layer_add_conv(struct vp_params *params, const char *layer, int64_t k, int64_t c, int64_t size,
                       enum vp_param_init init);
void vp_layer_add_linear(struct vp_params *params, const char *layer, int64_t out, int64_t in);
void vp_layer_add_batch_norm(struct vp_params *params, const char *layer, int64_t channels);
void vp_layer_add_statistics(struct vp_params *params, const char *layer, int64_t channels);

#endif
