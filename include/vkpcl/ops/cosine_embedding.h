/* cosine_embedding: pulls pairs that belong together towards one direction and pushes the others apart.
 *
 *   c[i]  = <a[i,:], b[i,:]> / sqrt((|a[i,:]|^2 + 1e-12) (|b[i,:]|^2 + 1e-12))
 *   loss  = mean over i of  1 - c[i] where sign[i] > 0,  max(0, c[i] - margin) elsewhere
 *   dc/da = b / s - c a / (|a|^2 + 1e-12),  s the square root above; db likewise
 *
 * a, b (n, d), sign (n): +1 or -1. loss (1). Agrees with PyTorch's functional.cosine_embedding_loss.
 */
#ifndef VKPCL_OPS_COSINE_EMBEDDING_H
#define VKPCL_OPS_COSINE_EMBEDDING_H
#include "vkpcl/tape.h"

struct vp_cosine_embedding_desc {
    float margin;
};

/* Each of a and b must fit a binding of the device. */
struct vp_tensor *vp_cosine_embedding(struct vp_tape *tape, struct vp_tensor *a, struct vp_tensor *b,
                                      struct vp_tensor *sign, const struct vp_cosine_embedding_desc *desc);

/* Reference in double. da and db may be NULL. */
void vp_cosine_embedding_ref(int64_t n, int64_t d, double margin, const double *a, const double *b, const double *sign,
                             double *loss);
void vp_cosine_embedding_backward_ref(int64_t n, int64_t d, double margin, const double *a, const double *b,
                                      const double *sign, double dloss, double *da, double *db);

#endif
