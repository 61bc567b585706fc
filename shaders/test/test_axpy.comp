#version 460
// test_axpy: y[i] = alpha * x[i] + y[i] + bias, for the tests of src/gpu. One invocation per element.
layout(local_size_x = 32, local_size_x_id = 0) in;
layout(constant_id = 1) const float bias = 0.0;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(push_constant) uniform Push { uint n; float alpha; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < n) y[i] = alpha * x[i] + y[i] + bias;
}
