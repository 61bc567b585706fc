/* Named parameters: where they live on the device, how they start, and how they travel to and from files.
 *
 * All trainable parameters share one device buffer, and so do their gradients and Adam's two moments, each parameter
 * starting at a multiple of VP_PARAM_ALIGN elements at the same place in all four: one launch updates everything.
 * Running statistics (batch norm) live behind the trainable part of the value buffer.
 *
 * Files hold filters as (K, C, R, S), the device holds them as (K, R, S, C); the conversion happens here and nowhere
 * else.
 */
#ifndef VKPCL_PARAMS_H
#define VKPCL_PARAMS_H
#include "vkpcl/gpu.h"
#include "vkpcl/tape.h"

enum { VP_PARAM_ALIGN = 64 }; /* elements: 256 bytes, the largest alignment Vulkan may ask for */

/* How a parameter starts (method, section 1.1). */
enum vp_param_init {
    VP_INIT_ZERO,
    VP_INIT_ONE,
    VP_INIT_CONV_OUT, /* N(0, sqrt(2 / (r * s * k))): encoder convolutions */
    VP_INIT_FAN_IN    /* U(-1/sqrt(fan_in), 1/sqrt(fan_in)): decoder and projection heads, weight and bias */
};

struct vp_param {
    const char *name;
    struct vp_shape shape; /* as in files: (K, C, R, S), (out, in) or (length) */
    bool trainable;        /* false: running statistics */
    enum vp_param_init init;
    int64_t fan_in;                    /* for VP_INIT_FAN_IN */
    int64_t offset, count;             /* elements in the buffers */
    struct vp_range value, grad, m, v; /* grad, m and v only for trainable ones, when allocated */
};

struct vp_params {
    struct vp_arena *arena;
    struct vp_gpu *gpu;
    struct vp_param *list;
    int count, capacity;
    int64_t trainable_elements; /* of each of value, grad, m, v, padding included */
    int64_t elements;           /* of value: running statistics too */
    int64_t parameter_count;    /* without padding and statistics: 17,262,723 at full width */
    struct vp_range value, grad, m, v;
};

struct vp_params *vp_params_create(void);
void vp_params_destroy(struct vp_params *params);
/* Trainable parameters must all be added before the first statistic. `fan_in` may be 0 where init does not use it. */
void vp_params_add(struct vp_params *params, const char *name, struct vp_shape shape, bool trainable,
                   enum vp_param_init init, int64_t fan_in);
int vp_params_find(const struct vp_params *params, const char *name); /* index, or -1 */
/* Bytes on the device: values alone, or values with gradients and Adam's moments. */
uint64_t vp_params_bytes(const struct vp_params *params, bool training);
/* Takes the device memory; zeroes it. */
enum vp_status vp_params_allocate(struct vp_params *params, struct vp_gpu *gpu, bool training, struct vp_error *err);
/* Draws initial values: number j of parameter i comes from stream (VP_RNG_INIT, i), index j in file order. */
enum vp_status vp_params_init(struct vp_params *params, uint64_t seed, struct vp_error *err);

/* One buffer of a parameter in file order; `which` is one of its ranges (value, grad, m, v). `data` has count floats.
 */
enum vp_status vp_param_upload(struct vp_params *params, const struct vp_param *param, struct vp_range which,
                               const float *data, struct vp_error *err);
enum vp_status vp_param_download(struct vp_params *params, const struct vp_param *param, struct vp_range which,
                                 float *data, struct vp_error *err);

/* The parameters as tensors of one tape, each made once however often it is used. Within a tape they are constant to
 * whoever reads them: Adam comes behind. */
struct vp_weights {
    struct vp_params *params;
    struct vp_tape *tape;
    struct vp_tensor *values, *gradients; /* all of them; gradients NULL where the tape does not train */
    struct vp_tensor **tensor;            /* by index; NULL where the tape does not use it */
};
struct vp_weights *vp_weights_create(struct vp_params *params, struct vp_tape *tape); /* in the tape's arena */
struct vp_tensor *vp_weights_get(struct vp_weights *weights, const char *name);       /* asserts it exists */
/* Did the backward of this tape write the parameter's gradient? */
bool vp_weights_has_grad(const struct vp_weights *weights, int index);

#endif
