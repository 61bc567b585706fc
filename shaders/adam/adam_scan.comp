#version 450
#extension GL_GOOGLE_include_directive : require
// First pass over the gradients g: partial[k] = sum of squares of chunk k (64 elements), 0 where the chunk's parameter has
// no gradient; non-finite elements are counted per parameter in report[] (integers: any order gives the same sum). One
// invocation owns one chunk; elements behind the parameter's end are ignored.
#include "adam/adam_args.h"
#include "adam/adam_table.h"
#include "common/index.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer Step { uint step_words[]; };
layout(binding = 1) readonly buffer Chunks { uint chunk_parameter[]; };
layout(binding = 2) readonly buffer G { uvec4 g[]; };
layout(binding = 3) writeonly buffer Partial { float partial[]; };
layout(binding = 4) buffer Report { uint report[]; };

void main() {
    uint chunk = flat_index();
    if (chunk >= count) return;
    uint parameter = chunk_parameter[chunk];
    uint row = ADAM_STEP_HEADER + parameter * ADAM_ROW_WORDS;
    uint flags = step_words[row + ADAM_ROW_FLAGS];
    float sum = 0.0;
    if (flags == (ADAM_ACTIVE | ADAM_HAS_GRADIENT)) {
        uint begin = first_element + chunk * ADAM_CHUNK;
        uint end = step_words[row + ADAM_ROW_END];
        uint valid = end > begin ? min(end - begin, ADAM_CHUNK) : 0;
        uint bad = 0;
        for (uint i = 0; i < valid; i += 4) {
            uvec4 bits = g[(chunk * ADAM_CHUNK + i) / 4];
            bvec4 inside = lessThan(uvec4(i, i + 1, i + 2, i + 3), uvec4(valid));
            bits = mix(uvec4(0), bits, inside);
            bvec4 infinite = equal(bits & 0x7f800000u, uvec4(0x7f800000u));
            bad += uint(infinite.x) + uint(infinite.y) + uint(infinite.z) + uint(infinite.w);
            vec4 value = uintBitsToFloat(bits);
            sum += dot(value, value);
        }
        if (bad > 0) atomicAdd(report[ADAM_REPORT_HEADER + parameter], bad);
    }
    partial[chunk] = sum;
}
