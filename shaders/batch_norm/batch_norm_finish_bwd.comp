// Adds up the last partials (group, all_blocks, 2, channel) and leaves what batch_norm_dx needs, terms (group, 2, channel):
// mean of dy, and mean of dy * (x - mean) / variance; and dgamma, dbeta over all groups. One invocation owns one channel item.
//!variant v4 -DVEC4
#version 450
#extension GL_GOOGLE_include_directive : require
#include "blocks.glsl"
layout(std430, binding = 0) readonly buffer Partials { ITEM partials[]; };
layout(std430, binding = 1) readonly buffer Statistics { ITEM statistics[]; };
layout(std430, binding = 2) writeonly buffer Terms { ITEM terms[]; };
layout(std430, binding = 3) buffer DGamma { ITEM dgamma[]; };
layout(std430, binding = 4) buffer DBeta { ITEM dbeta[]; };

void main() {
    uint c = flat_index();
    if (c >= channels) return;
    ITEM all_sums = ITEM(0.0), all_products = ITEM(0.0);
    for (uint group = 0; group < groups; group++) {
        ITEM sum = ITEM(0.0), product = ITEM(0.0), rstd = statistics[(group * 2 + 1) * channels + c];
        for (uint k = 0; k < all_blocks; k++) {
            sum += partials[partial_at(group, k, all_blocks, 0, c)];
            product += partials[partial_at(group, k, all_blocks, 1, c)];
        }
        terms[group * 2 * channels + c] = sum / float(group_rows);
        terms[(group * 2 + 1) * channels + c] = product * rstd * rstd / float(group_rows);
        all_sums += sum;
        all_products += product * rstd;
    }
    if (gamma_write != 0) dgamma[c] = gamma_write == 2 ? dgamma[c] + all_products : all_products;
    if (beta_write != 0) dbeta[c] = beta_write == 2 ? dbeta[c] + all_sums : all_sums;
}
