#include "vkpcl/ops/add_blocks.h"

void vp_add_blocks_ref(const struct vp_add_blocks_desc *desc, int64_t d, const double *x, const double *z, double *y) {
    int64_t block = desc->rows * d;
    for (int j = 0; j < desc->blocks; j++)
        for (int64_t i = 0; i < block; i++) y[j * block + i] = x[desc->a[j] * block + i] + z[desc->b[j] * block + i];
}

void vp_add_blocks_backward_ref(const struct vp_add_blocks_desc *desc, int64_t d, int x_blocks, int z_blocks,
                                const double *dy, double *dx, double *dz) {
    int64_t block = desc->rows * d;
    for (int64_t i = 0; dx && i < x_blocks * block; i++) dx[i] = 0;
    for (int64_t i = 0; dz && i < z_blocks * block; i++) dz[i] = 0;
    for (int j = 0; j < desc->blocks; j++) {
        for (int64_t i = 0; i < block; i++) {
            if (dx) dx[desc->a[j] * block + i] += dy[j * block + i];
            if (dz) dz[desc->b[j] * block + i] += dy[j * block + i];
        }
    }
}
