/* Bytes to the device and back: awkward sizes, more than the staging ring holds, order against other work. */
#include "gpu_fixture.h"

static void roundtrip_of_awkward_sizes(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    static const uint64_t sizes[] = {
        1, 2, 3, 4, 31, 32, 33, 63, 64, 65, 257, 4097, 65537, 8u << 20, (8u << 20) + 1, 70000001};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct vp_range block = alloc(gpu, sizes[i]);
        unsigned char *sent = malloc(sizes[i]), *back = calloc(1, sizes[i]);
        for (uint64_t k = 0; k < sizes[i]; k++) sent[k] = (unsigned char)(k * 131 + (k >> 8) + i);
        CHECK_OK(vp_gpu_upload(gpu, block, sent, &err));
        CHECK_OK(vp_gpu_download(gpu, block, back, &err));
        assert_memory_equal(sent, back, sizes[i]);
        free(sent);
        free(back);
        vp_gpu_free(gpu, block);
    }
    assert_int_equal(vp_gpu_memory_used(gpu), 0);
    close_gpu(gpu);
}

static void parts_leave_their_neighbours_alone(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range block = alloc(gpu, 1024);
    unsigned char back[1024], middle[101];
    memset(middle, 0x5a, sizeof middle);
    CHECK_OK(vp_gpu_fill(gpu, block, 0x11223344, &err));
    CHECK_OK(vp_gpu_upload(gpu, part(block, 333, 101), middle, &err));
    CHECK_OK(vp_gpu_fill(gpu, part(block, 512, 4), 0xffffffff, &err));
    CHECK_OK(vp_gpu_download(gpu, block, back, &err));
    static const unsigned char word[4] = {0x44, 0x33, 0x22, 0x11};
    for (int i = 0; i < 1024; i++) {
        unsigned char expected = i >= 333 && i < 434 ? 0x5a : i >= 512 && i < 516 ? 0xff : word[i % 4];
        assert_int_equal(back[i], expected);
    }
    vp_gpu_free(gpu, block);
    close_gpu(gpu);
}

static void many_small_uploads_arrive_in_order(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range block = alloc(gpu, 4 * 1000);
    for (uint32_t round = 0; round < 3; round++)
        for (uint32_t i = 0; i < 1000; i++) {
            uint32_t value = round * 10000 + i;
            CHECK_OK(vp_gpu_upload(gpu, part(block, 4 * i, 4), &value, &err));
        }
    uint32_t back[1000];
    CHECK_OK(vp_gpu_download(gpu, block, back, &err));
    for (uint32_t i = 0; i < 1000; i++) assert_int_equal(back[i], 20000 + i);
    vp_gpu_free(gpu, block);
    close_gpu(gpu);
}

static void readbacks_see_the_state_at_their_begin(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range block = alloc(gpu, 64);
    struct vp_readback readbacks[16];
    for (uint32_t i = 0; i < 16; i++) {
        CHECK_OK(vp_gpu_fill(gpu, block, 100 + i, &err));
        CHECK_OK(vp_gpu_readback_begin(gpu, part(block, 0, 4 * (i + 1)), &readbacks[i], &err));
    }
    for (uint32_t i = 16; i-- > 0;) { /* ended in another order than begun */
        uint32_t back[17] = {0};
        CHECK_OK(vp_gpu_readback_end(gpu, readbacks[i], back, &err));
        for (uint32_t k = 0; k <= i; k++) assert_int_equal(back[k], 100 + i);
        assert_int_equal(back[i + 1], 0);
    }
    vp_gpu_free(gpu, block);
    close_gpu(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roundtrip_of_awkward_sizes),
        cmocka_unit_test(parts_leave_their_neighbours_alone),
        cmocka_unit_test(many_small_uploads_arrive_in_order),
        cmocka_unit_test(readbacks_see_the_state_at_their_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
