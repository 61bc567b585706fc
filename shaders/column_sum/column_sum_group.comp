#version 450
#extension GL_GOOGLE_include_directive : require
// First pass of a column sum on GPUs, as column_sum_rows but with a workgroup for each run: its invocations are laid over
// lines of rows and a block of column items, so that neighbours read neighbours, and the lines are added through shared
// memory in their order. Groups: (column blocks, runs).
//!variant v4 -DVEC4
//!variant leaky -DLEAKY
//!variant leaky.v4 -DLEAKY -DVEC4
#include "column_sum_args.h"
#include "common/element.glsl"
#define GROUP 256
layout(local_size_x = GROUP) in;
layout(constant_id = 0) const uint WIDE = 16; // column items of a block; WIDE * lines <= GROUP
READ(0, x);
layout(binding = 1) writeonly buffer PART { ITEM part[]; };
#ifdef LEAKY
READ(2, y);
WRITE(3, dy); // x again
#endif
shared ITEM line_sum[GROUP];

void main() {
    const uint lines = GROUP / WIDE, own = gl_LocalInvocationID.x, line = own / WIDE, run = gl_WorkGroupID.y;
    const uint column = gl_WorkGroupID.x * WIDE + own % WIDE, end = min((run + 1) * rows_per_run, rows);
    ITEM sum = ITEM(0.0);
    if (line < lines && column < columns)
        for (uint row = run * rows_per_run + line; row < end; row += lines) {
            const uint at = row * columns + column;
            ITEM g = AT(x, at);
#ifdef LEAKY
            g *= leaky_slope(AT(y, at), slope);
            PUT(dy, at, g);
#endif
            sum += g;
        }
    line_sum[own] = sum;
    barrier();
    if (line != 0 || column >= columns) return;
    for (uint i = 1; i < lines; i++) sum += line_sum[i * WIDE + own];
    part[(first_run + run) * columns + column] = sum;
}
