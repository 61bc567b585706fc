#include "vkpcl/ops/cosine_embedding.h"
#include <math.h>

/* Cosine of one pair, and the squared lengths with their 1e-12. */
static double cosine_of(int64_t d, const double *a, const double *b, double *aa, double *bb) {
    double ab = 0;
    *aa = *bb = 1e-12;
    for (int64_t k = 0; k < d; k++) ab += a[k] * b[k], *aa += a[k] * a[k], *bb += b[k] * b[k];
    return ab / sqrt(*aa * *bb);
}

void vp_cosine_embedding_ref(int64_t n, int64_t d, double margin, const double *a, const double *b, const double *sign,
                             double *loss) {
    *loss = 0;
    for (int64_t i = 0; i < n; i++) {
        double aa, bb, cosine = cosine_of(d, a + i * d, b + i * d, &aa, &bb);
        *loss += (sign[i] > 0 ? 1 - cosine : fmax(0, cosine - margin)) / (double)n;
    }
}

void vp_cosine_embedding_backward_ref(int64_t n, int64_t d, double margin, const double *a, const double *b,
                                      const double *sign, double dloss, double *da, double *db) {
    for (int64_t i = 0; i < n; i++) {
        double aa, bb, cosine = cosine_of(d, a + i * d, b + i * d, &aa, &bb), s = sqrt(aa * bb);
        double slope = sign[i] > 0 ? -1 : cosine > margin ? 1 : 0, g = dloss / (double)n * slope;
        for (int64_t k = i * d; k < (i + 1) * d; k++) {
            if (da) da[k] = g * (b[k] / s - cosine * a[k] / aa);
            if (db) db[k] = g * (a[k] / s - cosine * b[k] / bb);
        }
    }
}
