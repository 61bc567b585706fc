/* Rows picked on the device: every bit, also when x has to be bound in pieces. */
#include "tape_run.h"
#include "vkpcl/ops/gather.h"
#include "vkpcl/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct gather_case {
    int64_t rows, c, n;
    uint64_t limit; /* largest binding, bytes; 0: the device's own */
} cases[] = {{1, 1, 1, 0}, {31, 7, 65, 0}, {33, 64, 32, 0}, {257, 128, 131, 32768}, {1000, 3, 997, 16384}};

static void check(const struct gather_case *c) {
    struct tape_run run;
    tape_run_init(&run, "gather");
    if (c->limit) tape_run_limit(&run, c->limit);
    size_t in = (size_t)(c->rows * c->c), out = (size_t)(c->n * c->c);
    float *x = malloc(in * sizeof *x), *want = malloc(out * sizeof *want), *got = malloc(out * sizeof *got);
    uint32_t *index = malloc((size_t)c->n * sizeof *index);
    for (size_t i = 0; i < in; i++) x[i] = vp_rng_uniform(1, vp_rng_stream(VP_RNG_TEST, 0), i);
    for (int64_t i = 0; i < c->n; i++)
        index[i] = vp_rng_below(2, vp_rng_stream(VP_RNG_TEST, 1), (uint64_t)i, (uint32_t)c->rows);
    struct vp_tensor *table = vp_tape_input(run.tape, "x", vp_shape2(c->rows, c->c), VP_F32, false);
    struct vp_tensor *numbers = vp_tape_input(run.tape, "index", vp_shape1(c->n), VP_U32, false);
    struct vp_tensor *y = vp_gather(run.tape, table, numbers);
    vp_tape_keep(run.tape, y);
    tape_run_bind(&run);
    tape_run_put(&run, table, x);
    tape_run_put(&run, numbers, index);
    tape_run_go(&run);
    tape_run_get(&run, y, got);
    vp_gather_ref(c->n, c->c, x, index, want);
    assert_memory_equal(got, want, out * sizeof *got);
    tape_run_fini(&run);
    free(x);
    free(want);
    free(got);
    free(index);
}

static void test_gather(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check(&cases[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gather)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
