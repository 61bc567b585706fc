#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd convolution, last pass: 6 x 6 products of a tile back to 4 x 4 outputs (A^T m A of conv2d/winograd.glsl),
//
//   y (+)= act(bias[k] + A^T m A)
//
// y (n,h,w,c), c its channels. An invocation owns one tile of one channel item. Groups: as winograd_input.
//!variant texel -DTEXEL
//!variant v4 -DVEC4
#include "common/element.glsl"
#include "conv2d/winograd.glsl"
#include "conv2d/winograd_tiles.glsl"
READ(0, m);
UPDATE(1, y);
READ(2, bias);

void main() {
    const place z = find_place();
    if (z.channel >= c || !z.exists) return;
    const int items = c, step = element_step, adds = accumulate;
    const float leak = slope;
    ITEM d[36];
    [[unroll]] for (int i = 0; i < 36; i++) d[i] = AT(m, z.at + i * step);
    [[unroll]] for (int j = 0; j < 6; j++)
        winograd_output(d[j], d[6 + j], d[12 + j], d[18 + j], d[24 + j], d[30 + j]);
    ITEM b = ITEM(0.0);
    if (has_bias != 0) b = AT(bias, z.channel);
    const int rows = h - z.row, columns = w - z.column, first = ((z.image * h + z.row) * w + z.column) * items + z.channel;
    const int line = w * items;
    [[unroll]] for (int i = 0; i < 4; i++) {
        winograd_output(d[6 * i], d[6 * i + 1], d[6 * i + 2], d[6 * i + 3], d[6 * i + 4], d[6 * i + 5]);
        [[unroll]] for (int j = 0; j < 4; j++)
            if (i < rows && j < columns) {
                const int at = first + i * line + j * items;
                const ITEM value = leaky(d[6 * i + j] + b, leak);
                PUT(y, at, adds != 0 ? AT(y, at) + value : value);
            }
    }
}
