#include "vkpcl/ops/gather.h"
#include <string.h>

void vp_gather_ref(int64_t n, int64_t c, const float *x, const uint32_t *index, float *y) {
    for (int64_t i = 0; i < n; i++) memcpy(y + i * c, x + index[i] * c, (size_t)c * sizeof *y);
}
