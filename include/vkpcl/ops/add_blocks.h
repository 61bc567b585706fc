/* add_blocks: sums of blocks of rows, chosen by a table: the four decoder inputs face + pose of a batch and its mirror.
 *
 *   y block j = x block a[j] + z block b[j]            j = 0 .. blocks-1
 *   dx block i = sum of dy block j over all j with a[j] = i,  dz block i = the same with b
 *
 * x (p*rows, d), z (q*rows, d) with p, q blocks of `rows` rows; y (blocks*rows, d). Sums run in the order of j.
 */
#ifndef VKPCL_OPS_ADD_BLOCKS_H
#define VKPCL_OPS_ADD_BLOCKS_H
#include "vkpcl/tape.h"

enum { VP_ADD_BLOCKS = 8 };
struct vp_add_blocks_desc {
    int64_t rows; /* of one block */
    int blocks;   /* of y; at most VP_ADD_BLOCKS */
    int a[VP_ADD_BLOCKS], b[VP_ADD_BLOCKS];
};

struct vp_tensor *vp_add_blocks(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *z,
                                const struct vp_add_blocks_desc *desc);

/* Reference in double; d columns, x has x_blocks blocks, z has z_blocks. dx and dz may be NULL. */
void vp_add_blocks_ref(const struct vp_add_blocks_desc *desc, int64_t d, const double *x, const double *z, double *y);
void vp_add_blocks_backward_ref(const struct vp_add_blocks_desc *desc, int64_t d, int x_blocks, int z_blocks,
                                const double *dy, double *dx, double *dz);

#endif
