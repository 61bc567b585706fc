#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Crop, antialiased bilinear resize and mirror: y (images, size, size, 3) in [0, 1] from packed RGB bytes.
//   scale = window / size;  reach = max(scale, 1);  centre = window start + (output place + 1/2) * scale, on each axis
//   y = mean of the window's pixels x, weighted with max(0, 1 - |x + 1/2 - centre| / reach) on both axes
// One invocation owns four neighbours of an output row, so that it reads the pixels they share once; it reads four
// source pixels at a time as words. Source images start at multiples of four bytes, rows follow without gaps.
#include "augment/augment_args.h"
#include "augment/augment_block.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint size = 64;
layout(binding = 0) readonly buffer Blocks { vp_augment_block blocks[]; };
layout(binding = 1) readonly buffer Sources { vp_augment_source sources[]; };
layout(binding = 2) readonly buffer Pixels { uint pixels[]; };
layout(binding = 3) writeonly buffer Y { float y[]; };

const uint quads = (size + 3u) / 4u;

// The source pixels [begin, end) that places from..to of one axis look at.
ivec2 range_of(float from, float to, float reach, float start, float extent, uint limit) {
    int begin = max(int(floor(from - reach + 0.5)), max(int(floor(start)), 0));
    int end = min(int(floor(to + reach + 0.5)), min(int(ceil(start + extent)), int(limit)));
    return ivec2(begin, end);
}

void main() {
    uint i = flat_index();
    if (i >= images * size * quads) return;
    uint line = i / quads, n = line / size, row = line - n * size, place = (i - line * quads) * 4u, block = first + n;
    uint source = blocks[block].source;
    uint width = sources[source].width, offset = sources[source].offset, last_word = uint(pixels.length()) - 1u;
    float x_start = blocks[block].x, x_extent = blocks[block].w, x_scale = x_extent / float(size);
    float y_start = blocks[block].y, y_extent = blocks[block].h, y_scale = y_extent / float(size);
    float x_reach = max(x_scale, 1.0), y_reach = max(y_scale, 1.0);
    float down = y_start + (float(row) + 0.5) * y_scale;
    vec4 across = x_start + (vec4(0.5, 1.5, 2.5, 3.5) + float(place)) * x_scale;
    float rightmost = x_start + (float(min(place + 3u, size - 1u)) + 0.5) * x_scale;
    ivec2 rows = range_of(down, down, y_reach, y_start, y_extent, sources[source].height);
    ivec2 columns = range_of(across.x, rightmost, x_reach, x_start, x_extent, width);

    vec4 red = vec4(0.0), green = vec4(0.0), blue = vec4(0.0), weights = vec4(0.0);
    for (int v = rows.x; v < rows.y; v++) {
        float row_weight = max(0.0, 1.0 - abs(float(v) + 0.5 - down) / y_reach);
        uint address = offset + 3u * (uint(v) * width + uint(columns.x));
        for (int u = columns.x; u < columns.y; u += 4, address += 12u) {
            uint word = address >> 2, shift = (address & 3u) * 8u;
            uint w0 = pixels[word], w1 = pixels[min(word + 1u, last_word)];
            uint w2 = pixels[min(word + 2u, last_word)], w3 = pixels[min(word + 3u, last_word)];
            // In two steps: a shift by 32 is undefined, and newer compilers do make use of that.
            uvec3 b = (uvec3(w0, w1, w2) >> shift) | ((uvec3(w1, w2, w3) << 1) << (31u - shift));
            // b holds R0G0B0R1 G1B1R2G2 B2R3G3B3
            const uint packed[4] =
                uint[4](b.x, (b.x >> 24) | (b.y << 8), (b.y >> 16) | (b.z << 16), b.z >> 8);
            [[unroll]] for (int k = 0; k < 4; k++) {
                // The integer sum u + k in here comes out wrong on lavapipe 26.1 (LLVM 21, 256-bit vectors, size 32 and up).
                vec4 weight = max(vec4(0.0), 1.0 - abs(float(u) + (float(k) + 0.5) - across) / x_reach);
                weight *= u + k < columns.y ? row_weight : 0.0;
                red += weight * float(packed[k] & 255u);
                green += weight * float((packed[k] >> 8) & 255u);
                blue += weight * float((packed[k] >> 16) & 255u);
                weights += weight;
            }
        }
    }
    bool mirror = (blocks[block].flags & AUGMENT_MIRROR) != 0u;
    vec4 scale = 1.0 / (255.0 * weights);
    [[unroll]] for (uint k = 0u; k < 4u; k++) {
        if (place + k >= size) break;
        uint at = 3u * (line * size + (mirror ? size - 1u - place - k : place + k));
        y[at] = clamp(red[k] * scale[k], 0.0, 1.0);
        y[at + 1u] = clamp(green[k] * scale[k], 0.0, 1.0);
        y[at + 2u] = clamp(blue[k] * scale[k], 0.0, 1.0);
    }
}
