/* The renderer in double precision: the kernels' own scene, read as C, and plain loops for the sensor. */
#include "synth/synth_scene.h"
#include "vkpcl/rng.h"
#include "vkpcl/synth.h"
#include <stdlib.h>

static void render(const struct vp_synth_face *face, int size, double *light) {
    double scale = 2.0 / size;
    for (int row = 0; row < size; row++) {
        for (int column = 0; column < size; column++) {
            vec3 sum = vec3(0, 0, 0);
            for (int k = 0; k < 4; k++) {
                double dx = 0.125 + 0.25 * k, dy = 0.125 + 0.25 * ((k * 2 + k / 2) & 3);
                vec3 ray_light = look(*face, (column + dx) * scale - 1, 1 - (row + dy) * scale, 0.5 * scale);
                for (int c = 0; c < 3; c++) sum[c] += fmin(ray_light[c], 1.5) / 4;
            }
            for (int c = 0; c < 3; c++) light[3 * (row * size + column) + c] = sum[c];
        }
    }
}

/* One axis of the blur; `step` is the distance of neighbours in pixels. */
static double blurred(const double *light, int size, double sigma, int place, int step, int channel) {
    int at = step == 1 ? place % size : place / size, reach = (int)ceil(2.5 * sigma);
    double sum = 0, weights = 0;
    for (int k = -reach; k <= reach; k++) {
        int there = at + k < 0 ? 0 : at + k >= size ? size - 1 : at + k;
        double weight = exp(-0.5 * k * k / (sigma * sigma + 1e-6));
        sum += weight * light[3 * (place + (there - at) * step) + channel];
        weights += weight;
    }
    return sum / weights;
}

void vp_synth_render_ref(const struct vp_synth_face *face, int size, double *rgb) {
    size_t bytes = sizeof(double) * 3 * (size_t)(size * size);
    double *light = calloc(1, bytes), *across = calloc(1, bytes);
    vp_assert(light && across, "out of host memory for a picture of %d pixels", size);
    render(face, size, light);
    for (int i = 0; i < 3 * size * size; i++) across[i] = blurred(light, size, (double)face->blur, i / 3, 1, i % 3);
    uint64_t seed = (uint64_t)face->noise_seed_high << 32 | face->noise_seed_low,
             own = (uint64_t)face->noise_image << 33;
    uint64_t stream = (uint64_t)face->noise_stream_high << 32 | face->noise_stream_low;
    for (int i = 0; i < 3 * size * size; i++) {
        double shown = sqrt(fmax(blurred(across, size, (double)face->blur, i / 3, size, i % 3), 0));
        shown +=
            (double)face->noise * (double)vp_rng_normal(seed, stream, own + 4 * (uint64_t)(i / 3) + (uint64_t)(i % 3));
        rgb[i] = clamp(shown, 0, 1) * 255;
    }
    free(light);
    free(across);
}
