// The sum of one value of every invocation of a workgroup, in a fixed order (a tree). All invocations must call it.
// GROUP_SIZE: the local size, a power of two, defined by the including shader.
#ifndef GROUP_SUM_GLSL
#define GROUP_SUM_GLSL
shared float group_sum_values[GROUP_SIZE];

float group_sum(float value) {
    uint lane = gl_LocalInvocationID.x;
    barrier(); // the values of an earlier call may still be read
    group_sum_values[lane] = value;
    for (uint half_size = GROUP_SIZE / 2; half_size > 0; half_size /= 2) {
        barrier();
        if (lane < half_size) group_sum_values[lane] += group_sum_values[lane + half_size];
    }
    barrier();
    return group_sum_values[0];
}
#endif
