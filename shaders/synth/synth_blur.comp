#version 450
#extension GL_GOOGLE_include_directive : require
// The lens's blur along rows: x, y (n, size, size, 3); faces[n].blur is sigma in pixels. Borders are repeated. One
// invocation a pixel; the blur along columns is part of synth_finish.
#include "synth/synth_args.h"
#include "synth/synth_face.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Faces { vp_synth_face faces[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Y { float y[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    uint pixel = first + i, area = size * size, n = pixel / area, column = pixel % size, start = pixel - column;
    float sigma = faces[n].blur, fall = -0.5 / (sigma * sigma + 1.0e-6), weights = 0.0;
    int reach = int(ceil(2.5 * sigma));
    vec3 sum = vec3(0.0);
    for (int k = -reach; k <= reach; k++) {
        uint at = 3u * (start + uint(clamp(int(column) + k, 0, int(size) - 1)));
        float weight = exp(fall * float(k * k));
        sum += weight * vec3(x[at], x[at + 1u], x[at + 2u]);
        weights += weight;
    }
    sum /= weights;
    y[3u * pixel] = sum.x;
    y[3u * pixel + 1u] = sum.y;
    y[3u * pixel + 2u] = sum.z;
}
