/* conv2d in plain loops, double precision: the definition the kernels are held to. */
#include "vkpcl/ops/conv2d.h"
#include <stddef.h>
#include <string.h>

struct sizes {
    int p, q;
};

static struct sizes output_sizes(const struct vp_conv2d_shape *z) {
    return (struct sizes){(z->h + 2 * z->pad - z->r) / z->stride + 1, (z->w + 2 * z->pad - z->s) / z->stride + 1};
}

/* Index of the input pixel under tap (r,s) of output pixel (p,q) in image n, or -1 in the padding. */
static ptrdiff_t input_pixel(const struct vp_conv2d_shape *z, int n, int p, int q, int r, int s) {
    int row = p * z->stride + r - z->pad, column = q * z->stride + s - z->pad;
    if (row < 0 || row >= z->h || column < 0 || column >= z->w) return -1;
    return ((ptrdiff_t)n * z->h + row) * z->w + column;
}

void vp_conv2d_ref(const struct vp_conv2d_shape *z, const double *x, const double *w, const double *b, double *y) {
    struct sizes out = output_sizes(z);
    for (int n = 0; n < z->n; n++)
        for (int p = 0; p < out.p; p++)
            for (int q = 0; q < out.q; q++)
                for (int k = 0; k < z->k; k++) {
                    double sum = b ? b[k] : 0;
                    for (int r = 0; r < z->r; r++)
                        for (int s = 0; s < z->s; s++) {
                            ptrdiff_t pixel = input_pixel(z, n, p, q, r, s);
                            if (pixel < 0) continue;
                            const double *taps = w + (((ptrdiff_t)k * z->r + r) * z->s + s) * z->c;
                            for (int c = 0; c < z->c; c++) sum += x[pixel * z->c + c] * taps[c];
                        }
                    *y++ = sum > 0 ? sum : z->slope * sum;
                }
}

void vp_conv2d_backward_ref(const struct vp_conv2d_shape *z, const double *x, const double *w, const double *y,
                            const double *dy, double *dx, double *dw, double *db) {
    struct sizes out = output_sizes(z);
    if (dx) memset(dx, 0, sizeof(double) * (size_t)z->n * (size_t)z->h * (size_t)z->w * (size_t)z->c);
    if (dw) memset(dw, 0, sizeof(double) * (size_t)z->k * (size_t)z->r * (size_t)z->s * (size_t)z->c);
    if (db) memset(db, 0, sizeof(double) * (size_t)z->k);
    for (int n = 0; n < z->n; n++)
        for (int p = 0; p < out.p; p++)
            for (int q = 0; q < out.q; q++)
                for (int k = 0; k < z->k; k++, y++, dy++) {
                    double g = *y > 0 ? *dy : z->slope * *dy;
                    if (db) db[k] += g;
                    for (int r = 0; r < z->r; r++)
                        for (int s = 0; s < z->s; s++) {
                            ptrdiff_t pixel = input_pixel(z, n, p, q, r, s);
                            if (pixel < 0) continue;
                            ptrdiff_t tap = (((ptrdiff_t)k * z->r + r) * z->s + s) * z->c;
                            for (int c = 0; c < z->c; c++) {
                                if (dx) dx[pixel * z->c + c] += g * w[tap + c];
                                if (dw) dw[tap + c] += g * x[pixel * z->c + c];
                            }
                        }
                }
}
