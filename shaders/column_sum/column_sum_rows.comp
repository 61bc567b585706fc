#version 450
#extension GL_GOOGLE_include_directive : require
// First pass of a column sum: part[(first_run + run)][column] = sum of x[row][column] over the rows of one run.
// One invocation owns one (run, column): groups (columns / 64, runs).
layout(local_size_x = 64) in;
layout(push_constant) uniform column_sum_rows_args { uint rows, columns, rows_per_run, first_run; };
layout(binding = 0) readonly buffer X { float x[]; };
layout(binding = 1) writeonly buffer PART { float part[]; };

void main() {
    uint column = gl_GlobalInvocationID.x, run = gl_WorkGroupID.y;
    if (column >= columns) return;
    uint end = min((run + 1) * rows_per_run, rows);
    float sum = 0.0;
    for (uint row = run * rows_per_run; row < end; row++) sum += x[row * columns + column];
    part[(first_run + run) * columns + column] = sum;
}
