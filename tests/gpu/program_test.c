/* Programs: order, barriers, replay, cutting into submissions. */
#include "gpu/program.h"
#include "gpu_fixture.h"

enum { N = 1000 };

static void chain_gives_exact_result(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range a = alloc(gpu, N * 4), b = alloc(gpu, N * 4);
    float host[N];
    for (int i = 0; i < N; i++) host[i] = (float)(i % 7);
    CHECK_OK(vp_gpu_upload(gpu, a, host, &err));
    CHECK_OK(vp_gpu_fill(gpu, b, 0, &err));
    /* b += a ; a += b ; ... a Fibonacci chain per element, exact in float for this length */
    const struct axpy_push push = {N, 1.0f};
    struct vp_dispatch d[20];
    for (int i = 0; i < 20; i++) d[i] = i % 2 ? axpy(b, a, &push, 0) : axpy(a, b, &push, 0);
    struct vp_program *program = vp_program_create(gpu, "chain", d, 20, &err);
    assert_non_null(program);
    assert_int_equal(vp_program_barriers(program), 19);
    CHECK_OK(vp_program_submit(program, &err));
    CHECK_OK(vp_gpu_download(gpu, a, host, &err));
    for (int i = 0; i < N; i++) assert_true(host[i] == 10946.0f * (float)(i % 7));
    vp_program_destroy(program);
    close_gpu(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_gives_exact_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
