#version 450
#extension GL_GOOGLE_include_directive : require
// One Adam step with coupled and decoupled weight decay over all parameters p and moments m, v (in place):
//   gradient = has_gradient ? g * factor : 0;   gradient += weight_decay * p
//   m = beta1*m + (1-beta1)*gradient;   v = beta2*v + (1-beta2)*gradient^2
//   p = keep * p - step_size * m / (sqrt(v) * inv_sqrt_bias2 + eps)
// One invocation owns four neighbouring elements of one parameter. Inactive parameters and elements behind a parameter's
// end keep their bits; so does everything when a gradient is not finite and the step asks to skip then.
#include "adam/adam_args.h"
#include "adam/adam_table.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Step { uint step_words[]; };
layout(binding = 1) readonly buffer Chunks { uint chunk_parameter[]; };
layout(binding = 2) readonly buffer Report { uint report[]; };
layout(binding = 3) readonly buffer G { vec4 g[]; };
layout(binding = 4) buffer P { vec4 p[]; };
layout(binding = 5) buffer M { vec4 m[]; };
layout(binding = 6) buffer V { vec4 v[]; };

void main() {
    uint i = flat_index();
    if (i >= count) return;
    if (step_words[ADAM_STEP_SKIP] != 0 && report[ADAM_REPORT_COUNT] != 0) return;
    uint row = ADAM_STEP_HEADER + chunk_parameter[i / (ADAM_CHUNK / 4)] * ADAM_ROW_WORDS;
    uint flags = step_words[row + ADAM_ROW_FLAGS];
    uint element = first_element + i * 4;
    uint end = step_words[row + ADAM_ROW_END];
    if ((flags & ADAM_ACTIVE) == 0 || element >= end) return;
    vec4 old_p = p[i], old_m = m[i], old_v = v[i];
    vec4 gradient = vec4(0.0);
    if ((flags & ADAM_HAS_GRADIENT) != 0) gradient = g[i] * uintBitsToFloat(report[ADAM_REPORT_FACTOR]);
    gradient += weight_decay * old_p;
    vec4 new_m = beta1 * old_m + one_minus_beta1 * gradient;
    vec4 new_v = beta2 * old_v + one_minus_beta2 * (gradient * gradient);
    float step_size = uintBitsToFloat(step_words[row + ADAM_ROW_STEP_SIZE]);
    float inv_sqrt_bias2 = uintBitsToFloat(step_words[row + ADAM_ROW_INV_SQRT_BIAS2]);
    float keep = uintBitsToFloat(step_words[ADAM_STEP_KEEP]);
    vec4 new_p = keep * old_p - step_size * (new_m / (sqrt(new_v) * inv_sqrt_bias2 + eps));
    bvec4 inside = lessThan(uvec4(element, element + 1, element + 2, element + 3), uvec4(end));
    p[i] = mix(old_p, new_p, inside);
    m[i] = mix(old_m, new_m, inside);
    v[i] = mix(old_v, new_v, inside);
}
