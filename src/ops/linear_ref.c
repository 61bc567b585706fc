/* linear in plain loops, double precision. */
#include "vkpcl/ops/linear.h"
#include <stddef.h>
#include <string.h>

void vp_linear_ref(const struct vp_linear_shape *z, const double *x, const double *w, const double *b, double *y) {
    for (ptrdiff_t i = 0; i < z->rows; i++)
        for (ptrdiff_t o = 0; o < z->out; o++) {
            double sum = b ? b[o] : 0;
            for (ptrdiff_t j = 0; j < z->in; j++) sum += x[i * z->in + j] * w[o * z->in + j];
            y[i * z->out + o] = sum > 0 ? sum : z->slope * sum;
        }
}

void vp_linear_backward_ref(const struct vp_linear_shape *z, const double *x, const double *w, const double *y,
                            const double *dy, double *dx, double *dw, double *db) {
    if (dx) memset(dx, 0, sizeof(double) * (size_t)z->rows * (size_t)z->in);
    if (dw) memset(dw, 0, sizeof(double) * (size_t)z->out * (size_t)z->in);
    if (db) memset(db, 0, sizeof(double) * (size_t)z->out);
    for (ptrdiff_t i = 0; i < z->rows; i++)
        for (ptrdiff_t o = 0; o < z->out; o++) {
            double g = y[i * z->out + o] > 0 ? dy[i * z->out + o] : z->slope * dy[i * z->out + o];
            if (db) db[o] += g;
            for (ptrdiff_t j = 0; j < z->in; j++) {
                if (dx) dx[i * z->in + j] += g * w[o * z->in + j];
                if (dw) dw[o * z->in + j] += g * x[i * z->in + j];
            }
        }
}
