#version 450
#extension GL_GOOGLE_include_directive : require
// The sensor: blur along columns, the eye's curve (nearly sRGB: a square root), noise, bytes. x (n, size, size, 3) ->
// words of four bytes (n, ceil(size * size / 4), 3), row by row, red green blue; behind the last pixel they are 0. Noise
// is normal: number 4 * pixel + channel of the picture's own 2^33 numbers in its identity's stream. One invocation owns
// four pixels that follow one another.
#include "synth/synth_args.h"
#include "synth/synth_face.h"
#include "common/rng.glsl"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Faces { vp_synth_face faces[]; };
layout(binding = 1) readonly buffer X { float x[]; };
layout(binding = 2) writeonly buffer Y { uint y[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    uint quad = first + i, area = size * size, quads = (area + 3u) / 4u, n = quad / quads;
    uint begin = (quad - n * quads) * 4u;
    float sigma = faces[n].blur, fall = -0.5 / (sigma * sigma + 1.0e-6), grain = faces[n].noise;
    uvec2 seed = uvec2(faces[n].noise_seed_low, faces[n].noise_seed_high);
    uvec2 stream = uvec2(faces[n].noise_stream_low, faces[n].noise_stream_high);
    uint picture = faces[n].noise_image;
    int reach = int(ceil(2.5 * sigma));
    uint words[3] = uint[3](0u, 0u, 0u);
    for (uint k = 0u; k < 4u; k++) {
        uint place = begin + k;
        if (place >= area) break;
        uint row = place / size, column = place - row * size;
        vec3 sum = vec3(0.0);
        float weights = 0.0;
        for (int v = -reach; v <= reach; v++) {
            uint at = 3u * (n * area + uint(clamp(int(row) + v, 0, int(size) - 1)) * size + column);
            float weight = exp(fall * float(v * v));
            sum += weight * vec3(x[at], x[at + 1u], x[at + 2u]);
            weights += weight;
        }
        uvec2 index = uvec2(2u * place, picture); // of pairs: two to a pixel, the fourth number is not used
        vec2 a = rng_normal_pair(seed, stream, index), b = rng_normal_pair(seed, stream, index + uvec2(1u, 0u));
        vec3 value = sqrt(max(sum / weights, 0.0)) + grain * vec3(a, b.x);
        uvec3 bytes = uvec3(clamp(value, 0.0, 1.0) * 255.0 + 0.5);
        for (uint c = 0u; c < 3u; c++) {
            uint byte = 3u * k + c;
            words[byte >> 2] |= bytes[c] << (8u * (byte & 3u));
        }
    }
    uint at = 3u * quad;
    y[at] = words[0];
    y[at + 1u] = words[1];
    y[at + 2u] = words[2];
}
