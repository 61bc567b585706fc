/* matmul in plain loops, double precision. */
#include "vkpcl/ops/matmul.h"
#include <stddef.h>
#include <string.h>

/* Where op(A)[i][l] and op(B)[l][j] of matrix `batch` live. */
static size_t at_a(const struct vp_matmul_shape *z, int batch, int i, int l) {
    size_t base = (size_t)batch * (size_t)z->m * (size_t)z->k;
    return base + (z->transpose_a ? (size_t)l * (size_t)z->m + (size_t)i : (size_t)i * (size_t)z->k + (size_t)l);
}

static size_t at_b(const struct vp_matmul_shape *z, int batch, int l, int j) {
    size_t base = (size_t)batch * (size_t)z->k * (size_t)z->n;
    return base + (z->transpose_b ? (size_t)j * (size_t)z->k + (size_t)l : (size_t)l * (size_t)z->n + (size_t)j);
}

void vp_matmul_ref(const struct vp_matmul_shape *z, const double *a, const double *b, double *c) {
    for (int batch = 0; batch < z->batch; batch++)
        for (int i = 0; i < z->m; i++)
            for (int j = 0; j < z->n; j++) {
                double sum = 0;
                for (int l = 0; l < z->k; l++) sum += a[at_a(z, batch, i, l)] * b[at_b(z, batch, l, j)];
                *c++ = sum;
            }
}

void vp_matmul_backward_ref(const struct vp_matmul_shape *z, const double *a, const double *b, const double *dc,
                            double *da, double *db) {
    if (da) memset(da, 0, sizeof(double) * (size_t)z->batch * (size_t)z->m * (size_t)z->k);
    if (db) memset(db, 0, sizeof(double) * (size_t)z->batch * (size_t)z->k * (size_t)z->n);
    for (int batch = 0; batch < z->batch; batch++)
        for (int i = 0; i < z->m; i++)
            for (int j = 0; j < z->n; j++, dc++)
                for (int l = 0; l < z->k; l++) {
                    if (da) da[at_a(z, batch, i, l)] += *dc * b[at_b(z, batch, l, j)];
                    if (db) db[at_b(z, batch, l, j)] += *dc * a[at_a(z, batch, i, l)];
                }
}
