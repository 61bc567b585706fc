/* The backward reference of orthogonality against central differences with the row lengths held fixed. */
#include "vkpcl/ops/orthogonality.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { GROUPS = 2, ROWS = 5, D = 7, COUNT = GROUPS * ROWS * D };

static void lengths_are_constants(void **state) {
    (void)state;
    const struct vp_orthogonality_shape shape = {GROUPS, ROWS, D};
    double in[2][COUNT], lengths[2][GROUPS * ROWS], din[2][COUNT], dloss[GROUPS] = {0.7, -1.3}, loss[GROUPS];
    for (int i = 0; i < 2 * COUNT; i++)
        in[i / COUNT][i % COUNT] = (double)vp_rng_uniform(5, vp_rng_stream(VP_RNG_TEST, 0), (uint64_t)i) - 0.5;
    for (int k = 0; k < 2; k++) vp_orthogonality_lengths_ref(&shape, in[k], lengths[k]);
    vp_orthogonality_backward_ref(&shape, in[0], in[1], dloss, din[0], din[1]);
    const double step = 1e-5;
    for (int i = 0; i < 2 * COUNT; i++) {
        double *moved = &in[i / COUNT][i % COUNT], kept = *moved, sum = 0;
        for (int side = -1; side <= 1; side += 2) {
            *moved = kept + side * step;
            vp_orthogonality_ref(&shape, in[0], in[1], lengths[0], lengths[1], loss);
            for (int g = 0; g < GROUPS; g++) sum += side * dloss[g] * loss[g];
        }
        *moved = kept;
        assert_true(fabs(sum / (2 * step) - din[i / COUNT][i % COUNT]) < 1e-8);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths_are_constants)};
    return cmocka_run_group_tests_name("orthogonality calculus", tests, NULL, NULL);
}
