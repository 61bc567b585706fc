#version 450
#extension GL_GOOGLE_include_directive : require
// Renders pictures of heads: faces[n] -> y (n, size, size, 3), linear light, rows from the top. One invocation a pixel,
// four rays each, spread so that no two share a row or a column. The scene is synth_scene.h, which the reference reads
// too.
#include "synth/synth_args.h"
#include "synth/synth_scene.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Faces { vp_synth_face faces[]; };
layout(binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    uint pixel = first + i, area = size * size, n = pixel / area, place = pixel - n * area, row = place / size;
    vp_synth_face face = faces[n];
    float column = float(place - row * size), scale = 2.0 / float(size);
    vec3 sum = vec3(0.0);
    for (int k = 0; k < 4; k++) {
        float dx = 0.125 + 0.25 * float(k), dy = 0.125 + 0.25 * float((k * 2 + k / 2) & 3);
        vec3 light = look(face, (column + dx) * scale - 1.0, 1.0 - (float(row) + dy) * scale, 0.5 * scale);
        sum += min(light, vec3(1.5)); // a glint does not outshine its pixel
    }
    sum *= 0.25;
    y[3u * pixel] = sum.x;
    y[3u * pixel + 1u] = sum.y;
    y[3u * pixel + 2u] = sum.z;
}
