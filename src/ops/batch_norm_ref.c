#include "vkpcl/ops/batch_norm.h"
#include <math.h>

/* Mean and centred squares of channel c over the rows of one group. */
static void moments(const struct vp_batch_norm_shape *s, const double *x, int c, double *mean, double *squares) {
    *mean = 0;
    *squares = 0;
    for (int64_t r = 0; r < s->rows; r++) *mean += x[r * s->c + c] / (double)s->rows;
    for (int64_t r = 0; r < s->rows; r++) *squares += (x[r * s->c + c] - *mean) * (x[r * s->c + c] - *mean);
}

void vp_batch_norm_ref(const struct vp_batch_norm_shape *s, const double *x, const double *gamma, const double *beta,
                       double *running_mean, double *running_var, double *y) {
    for (int g = 0; g < s->groups; g++) {
        const double *gx = x + g * s->rows * s->c;
        double *gy = y + g * s->rows * s->c;
        for (int c = 0; c < s->c; c++) {
            double mean, variance;
            if (s->training) {
                double squares;
                moments(s, gx, c, &mean, &squares);
                variance = squares / (double)s->rows;
                if (running_mean) running_mean[c] += s->momentum * (mean - running_mean[c]);
                if (running_var) running_var[c] += s->momentum * (squares / (double)(s->rows - 1) - running_var[c]);
            } else {
                mean = running_mean[c];
                variance = running_var[c];
            }
            for (int64_t r = 0; r < s->rows; r++)
                gy[r * s->c + c] = (gx[r * s->c + c] - mean) / sqrt(variance + s->eps) * gamma[c] + beta[c];
        }
    }
}

void vp_batch_norm_backward_ref(const struct vp_batch_norm_shape *s, const double *x, const double *gamma,
                                const double *dy, double *dx, double *dgamma, double *dbeta) {
    for (int c = 0; c < s->c; c++) {
        if (dgamma) dgamma[c] = 0;
        if (dbeta) dbeta[c] = 0;
    }
    for (int g = 0; g < s->groups; g++) {
        int64_t start = g * s->rows * s->c;
        for (int c = 0; c < s->c; c++) {
            double mean, squares, sum = 0, product = 0, n = (double)s->rows;
            moments(s, x + start, c, &mean, &squares);
            double rstd = 1 / sqrt(squares / n + s->eps);
            for (int64_t r = 0; r < s->rows; r++) {
                int64_t i = start + r * s->c + c;
                sum += dy[i];
                product += dy[i] * (x[i] - mean) * rstd;
            }
            if (dgamma) dgamma[c] += product;
            if (dbeta) dbeta[c] += sum;
            for (int64_t r = 0; r < s->rows && dx; r++) {
                int64_t i = start + r * s->c + c;
                dx[i] = gamma[c] * rstd * (dy[i] - sum / n - (x[i] - mean) * rstd * product / n);
            }
        }
    }
}
