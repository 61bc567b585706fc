#version 460
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
// test_subgroup: y[s] = sum of x over subgroup s, and the subgroup's size behind it. One workgroup; n = its size.
layout(local_size_x = 32, local_size_x_id = 0) in;
layout(std430, binding = 0) readonly buffer X { uint x[]; };
layout(std430, binding = 1) writeonly buffer Y { uvec2 y[]; };
void main() {
    uint sum = subgroupAdd(x[gl_LocalInvocationIndex]);
    if (subgroupElect()) y[gl_SubgroupID] = uvec2(sum, gl_SubgroupSize);
}
