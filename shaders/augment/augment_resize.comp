#version 450
#extension GL_GOOGLE_include_directive : require
// Crop, antialiased bilinear resize and mirror: y (images, size, size, 3) in [0, 1] from packed RGB bytes.
//   scale = window / size;  reach = max(scale, 1);  centre = window start + (output place + 1/2) * scale, on each axis
//   y = mean of the window's pixels x, weighted with max(0, 1 - |x + 1/2 - centre| / reach) on both axes
// One invocation owns one output pixel. Source images start at multiples of four bytes, rows follow without gaps.
#include "augment/augment_args.h"
#include "augment/augment_block.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer Sources { vp_augment_source sources[]; };
layout(binding = 2) readonly buffer Pixels { uint pixels[]; };
layout(binding = 3) writeonly buffer Y { float y[]; };

struct axis {
    int begin, end;
    float centre, inverse_reach;
};

axis axis_of(uint place, float start, float extent, uint limit) {
    float scale = extent / float(size), reach = max(scale, 1.0);
    float centre = start + (float(place) + 0.5) * scale;
    int begin = max(int(floor(centre - reach + 0.5)), max(int(floor(start)), 0));
    int end = min(int(floor(centre + reach + 0.5)), min(int(ceil(start + extent)), int(limit)));
    return axis(begin, end, centre, 1.0 / reach);
}

float weight_of(axis a, int i) { return max(0.0, 1.0 - abs(float(i) + 0.5 - a.centre) * a.inverse_reach); }

vec3 pixel_at(uint address) {
    uint shift = (address & 3u) * 8u;
    uint low = pixels[address >> 2], high = pixels[(address + 2u) >> 2];
    uint bits = shift == 0u ? low : (low >> shift) | (high << (32u - shift));
    return vec3(float(bits & 255u), float((bits >> 8) & 255u), float((bits >> 16) & 255u));
}

void main() {
    uint i = flat_index(), area = size * size;
    if (i >= images * area) return;
    uint n = i / area, row = (i - n * area) / size, column = i - n * area - row * size, block = first + n;
    uint source = blocks[block].source;
    uint width = sources[source].width, offset = sources[source].offset;
    if ((blocks[block].flags & AUGMENT_MIRROR) != 0u) column = size - 1u - column;
    axis across = axis_of(column, blocks[block].x, blocks[block].w, width);
    axis down = axis_of(row, blocks[block].y, blocks[block].h, sources[source].height);
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int v = down.begin; v < down.end; v++) {
        float row_weight = weight_of(down, v), row_weights = 0.0;
        uint address = offset + 3u * (uint(v) * width + uint(across.begin));
        vec3 row_sum = vec3(0.0);
        for (int u = across.begin; u < across.end; u++, address += 3u) {
            float weight = weight_of(across, u);
            row_sum += weight * pixel_at(address);
            row_weights += weight;
        }
        sum += row_weight * row_sum;
        weights += row_weight * row_weights;
    }
    vec3 value = clamp(sum / (weights * 255.0), 0.0, 1.0);
    y[3u * i] = value.x;
    y[3u * i + 1u] = value.y;
    y[3u * i + 2u] = value.z;
}
