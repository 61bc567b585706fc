#include "vkpcl/ops/softmax.h"
#include <math.h>

void vp_softmax_ref(const struct vp_softmax_shape *s, const double *x, double *y) {
    for (int64_t o = 0; o < s->outer; o++) {
        for (int64_t i = 0; i < s->inner; i++) {
            int64_t first = o * s->length * s->inner + i;
            double largest = x[first], sum = 0;
            for (int64_t k = 0; k < s->length; k++) largest = fmax(largest, x[first + k * s->inner]);
            for (int64_t k = 0; k < s->length; k++) sum += exp(x[first + k * s->inner] - largest);
            for (int64_t k = 0; k < s->length; k++)
                y[first + k * s->inner] = exp(x[first + k * s->inner] - largest) / sum;
        }
    }
}

void vp_softmax_backward_ref(const struct vp_softmax_shape *s, const double *y, const double *dy, double *dx) {
    for (int64_t o = 0; o < s->outer; o++) {
        for (int64_t i = 0; i < s->inner; i++) {
            int64_t first = o * s->length * s->inner + i;
            double sum = 0;
            for (int64_t k = 0; k < s->length; k++) sum += dy[first + k * s->inner] * y[first + k * s->inner];
            for (int64_t k = 0; k < s->length; k++)
                dx[first + k * s->inner] = y[first + k * s->inner] * (dy[first + k * s->inner] - sum);
        }
    }
}
