#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The multiply-add rate: each invocation keeps FMA_CHAINS chains of y = y * a + b in registers, `rounds` times FMA_LINKS
// links each, unrolled so that the loop does not count. Twelve chains hide the latency of one and, with a and b, still
// fit the sixteen vector registers of a CPU (sixteen chains do not: a quarter of the rate on lavapipe). One invocation
// owns one element of y, the sum of its chains.
//   flops = invocations * rounds * FMA_LINKS * FMA_CHAINS * 2
#include "bench/fma_peak_args.h"
layout(local_size_x = 64) in;
layout(binding = 0) writeonly buffer Y { float y[]; };

void main() {
    float chain[FMA_CHAINS];
    [[unroll]] for (int i = 0; i < FMA_CHAINS; i++) chain[i] = float(gl_GlobalInvocationID.x + i) * 1e-6;
    for (uint round = 0u; round < rounds; round++)
        [[unroll]] for (int link = 0; link < FMA_LINKS; link++)
            [[unroll]] for (int i = 0; i < FMA_CHAINS; i++) chain[i] = chain[i] * a + b;
    float sum = 0.0;
    [[unroll]] for (int i = 0; i < FMA_CHAINS; i++) sum += chain[i];
    y[gl_GlobalInvocationID.x] = sum;
}
