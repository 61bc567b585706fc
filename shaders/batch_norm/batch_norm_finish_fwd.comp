// Merges the last partials (group, all_blocks, 2, channel) into statistics (group, 2, channel): mean and 1 / deviation,
// and moves the running statistics, group after group. Without TRAINING the statistics are the running ones, for one
// group, and nothing is moved. One invocation owns one channel item.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
layout(constant_id = 0) const bool TRAINING = true;
layout(std430, binding = 0) readonly buffer Partials { ITEM partials[]; };
layout(std430, binding = 1) writeonly buffer Statistics { ITEM statistics[]; };
layout(std430, binding = 2) buffer RunningMean { ITEM running_mean[]; };
layout(std430, binding = 3) buffer RunningVariance { ITEM running_variance[]; };

void main() {
    uint c = flat_index();
    if (c >= channels) return;
    ITEM run_mean = running_mean[c], run_variance = running_variance[c];
    if (!TRAINING) {
        statistics[c] = run_mean;
        statistics[channels + c] = 1.0 / sqrt(run_variance + eps);
        return;
    }
    for (uint group = 0; group < groups; group++) {
        ITEM mean = ITEM(0.0), m2 = ITEM(0.0);
        float n = 0.0;
        for (uint k = 0; k < all_blocks; k++)
            join(mean, m2, n, partials[partial_at(group, k, all_blocks, 0, c)],
                 partials[partial_at(group, k, all_blocks, 1, c)],
                 float(min(block_rows, group_rows - k * block_rows)));
        statistics[(group * 2) * channels + c] = mean;
        statistics[(group * 2 + 1) * channels + c] = 1.0 / sqrt(m2 / float(group_rows) + eps);
        run_mean += momentum * (mean - run_mean);
        run_variance += momentum * (m2 / float(group_rows - 1) - run_variance);
    }
    running_mean[c] = run_mean;
    running_variance[c] = run_variance;
}
