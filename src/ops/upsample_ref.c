#include "vkpcl/ops/upsample.h"
#include <math.h>

/* The two source indices of output p and their weights, from the definition: centre (p + 0.5) / 2 - 0.5. */
static void sources(int p, int size, int index[2], double weight[2]) {
    double at = ((double)p + 0.5) / 2 - 0.5, low = floor(at);
    for (int k = 0; k < 2; k++) {
        int i = (int)low + k;
        index[k] = i < 0 ? 0 : i >= size ? size - 1 : i;
        weight[k] = k == 0 ? 1 - (at - low) : at - low;
    }
}

static double act(double v, double slope) {
    return v > 0 ? v : slope * v;
}

/* Walks every (output, source) pair; fills y, or scatters dy into dx. */
static void walk(const struct vp_upsample_shape *s, const double *x, double *y, const double *dy, double *dx) {
    for (int n = 0; n < s->n; n++) {
        for (int p = 0; p < 2 * s->h; p++) {
            for (int q = 0; q < 2 * s->w; q++) {
                int rows[2], columns[2];
                double row_weight[2], column_weight[2];
                sources(p, s->h, rows, row_weight);
                sources(q, s->w, columns, column_weight);
                for (int k = 0; k < 4 * s->c; k++) {
                    int a = k / 2 % 2, b = k % 2, c = k / 4;
                    int64_t from = (((int64_t)n * s->h + rows[a]) * s->w + columns[b]) * s->c + c;
                    int64_t to = (((int64_t)n * 2 * s->h + p) * 2 * s->w + q) * s->c + c;
                    double weight = row_weight[a] * column_weight[b];
                    if (y) y[to] += weight * act(x[from], s->slope);
                    if (dx) dx[from] += weight * (x[from] > 0 ? 1 : s->slope) * dy[to];
                }
            }
        }
    }
}

void vp_upsample_ref(const struct vp_upsample_shape *shape, const double *x, double *y) {
    int64_t count = (int64_t)shape->n * shape->h * shape->w * shape->c * 4;
    for (int64_t i = 0; i < count; i++) y[i] = 0;
    walk(shape, x, y, NULL, NULL);
}

void vp_upsample_backward_ref(const struct vp_upsample_shape *shape, const double *x, const double *dy, double *dx) {
    int64_t count = (int64_t)shape->n * shape->h * shape->w * shape->c;
    for (int64_t i = 0; i < count; i++) dx[i] = 0;
    walk(shape, x, NULL, dy, dx);
}
