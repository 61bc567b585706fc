/* Random fills on the host: one call of the generator per element. */
#include "vkpcl/ops/random.h"
#include "vkpcl/rng.h"

void vp_random_ref(enum vp_random_kind kind, struct vp_shape shape, uint64_t seed, uint64_t stream, uint64_t base,
                   const float *table, int table_steps, float *y) {
    int64_t count = vp_shape_count(shape);
    int64_t channels = shape.rank == 4 ? shape.dim[3] : 1;
    int64_t area = shape.rank == 4 ? shape.dim[1] * shape.dim[2] : count;
    for (int64_t i = 0; i < count; i++) {
        int64_t c = i % channels, pixel = i / channels % area, n = i / channels / area;
        uint64_t index = base + (uint64_t)((n * channels + c) * area + pixel);
        if (kind == VP_RANDOM_NORMAL)
            y[i] = vp_rng_normal(seed, stream, index);
        else if (kind == VP_RANDOM_UNIFORM)
            y[i] = vp_rng_uniform(seed, stream, index);
        else
            y[i] = vp_rng_beta(table, table_steps, seed, stream, index);
    }
}
