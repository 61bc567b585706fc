/* adam: one Adam step over all parameters at once, with coupled or decoupled weight decay; no node of the tape, no gradient.
 *
 *   norm   = inv_scale * sqrt(sum g^2) over the parameters that have a gradient
 *   factor = inv_scale * min(1, clip / norm)                     (clip 0: no clipping)
 *   g'     = (has gradient ? g * factor : 0) + weight_decay * p
 *   m      = beta1 * m + (1 - beta1) * g';    v = beta2 * v + (1 - beta2) * g'^2
 *   p      = keep * p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *   t: steps of this parameter, this one too;  keep = 1 - lr * decoupled_decay: 1 in Adam, less in AdamW
 *
 * Parameters, gradients and both moments lie in four equal buffers; every parameter starts at a multiple of ADAM_CHUNK
 * elements. Which parameter a chunk belongs to stands in a table that never changes; what changes per step (rates,
 * flags) stands in a step buffer that the host uploads: vkpcl/adam.h fills both. Parameters that are not active keep
 * their bits, and so does the padding between parameters, which may hold anything.
 * Sources: Kingma and Ba, "Adam: a method for stochastic optimization" (2015); Loshchilov and Hutter, "Decoupled weight
 * decay regularization" (2019).
 */
#ifndef VKPCL_OPS_ADAM_H
#define VKPCL_OPS_ADAM_H
#include "adam/adam_table.h" /* the words of the step buffer and of the report */
#include "vkpcl/tape.h"

struct vp_adam_desc {
    int parameters;
    double beta1, beta2, eps, weight_decay;
};

struct vp_adam_tensors {
    struct vp_tensor *p, *g, *m, *v; /* (count) f32, count a multiple of ADAM_CHUNK; p, m, v are updated in place */
    struct vp_tensor *chunks;        /* (count / ADAM_CHUNK) u32: parameter of each chunk */
    struct vp_tensor *step;          /* (ADAM_STEP_HEADER + parameters * ADAM_ROW_WORDS) u32 */
};

/* Emits the scan of the gradients and the update. Returns the kept report, (ADAM_REPORT_HEADER + parameters) u32: norm,
 * factor, first parameter with a NaN or an infinity in its gradient, and how many of them each parameter has. */
struct vp_tensor *vp_adam_step(struct vp_tape *tape, const struct vp_adam_tensors *tensors,
                               const struct vp_adam_desc *desc);

/* Reference: the same step in double. chunks and step as above; report as above with the norm rounded to float. */
void vp_adam_step_ref(const struct vp_adam_desc *desc, int64_t count, const uint32_t *chunks, const uint32_t *step,
                      const double *g, double *p, double *m, double *v, uint32_t *report);

#endif
