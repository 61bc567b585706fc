/* gather: rows of a matrix picked by number, to make batches of data that lies on the device. No gradient.
 *
 *   y[i,:] = x[index[i],:]
 *
 * x (rows, c) of four-byte elements, index (n) u32, y (n, c). Numbers must be below rows: a row whose number is not is
 * left unwritten.
 */
#ifndef VKPCL_OPS_GATHER_H
#define VKPCL_OPS_GATHER_H
#include "vkpcl/tape.h"

struct vp_tensor *vp_gather(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *index);

/* Reference, exact. */
void vp_gather_ref(int64_t n, int64_t c, const float *x, const uint32_t *index, float *y);

#endif
