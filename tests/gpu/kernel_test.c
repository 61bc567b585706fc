/* Reflection facts, capability masks, specialisation, subgroups and addresses. */
#include "gpu_fixture.h"

#include "gpu/gpu_internal.h"
#include "gpu/reflect.h"

static void reflection_reads_the_modules(void **state) {
    (void)state;
    const struct vp_kernel_info *axpy_info = vp_kernel_info("test_axpy");
    assert_non_null(axpy_info);
    assert_string_equal(axpy_info->name, "test_axpy");
    assert_int_equal(axpy_info->binding_count, 2);
    assert_true(axpy_info->reads[0] && !axpy_info->writes[0]);
    assert_true(axpy_info->reads[1] && axpy_info->writes[1]);
    assert_int_equal(axpy_info->push_bytes, 8);
    assert_int_equal(axpy_info->local_size[0], 0);
    assert_int_equal(axpy_info->local_size[1], 1);
    const struct vp_kernel_info *fill = vp_kernel_info("test_fill");
    assert_true(!fill->reads[0] && fill->writes[0]);
    assert_int_equal(fill->local_size[0], 64);
    const struct vp_kernel_info *texel = vp_kernel_info("test_texel");
    assert_true(texel->texel[0] && texel->reads[0] && !texel->writes[0] && !texel->texel[1]);
    assert_int_equal(texel->push_bytes, 4);
    const struct vp_kernel_info *image = vp_kernel_info("test_texel.image");
    assert_true(image->texel[0] && image->image[0] == 4 && image->reads[0] && !image->writes[0]);
    assert_true(texel->image[0] == 0 && vp_kernel_info("test_texel.scalar")->image[0] == 1);
    assert_int_equal(vp_kernel_info("test_address")->push_bytes, 16);
    assert_int_equal(vp_kernel_info("test_address")->binding_count, 0);
    assert_null(vp_kernel_info("test_nothing"));
    uint32_t size[3], spec[1] = {96};
    int index = vp_shader_find("test_axpy");
    vp_kernel_local_size(index, NULL, 0, size);
    assert_int_equal(size[0], 32); /* the shader's default */
    vp_kernel_local_size(index, spec, 1, size);
    assert_int_equal(size[0], 96);
}

static void damaged_modules_are_refused(void **state) {
    (void)state;
    const struct vp_shader *shader = &vp_shaders[vp_shader_find("test_axpy")];
    size_t count = shader->bytes / 4;
    uint32_t *words = malloc(shader->bytes);
    struct vp_reflection out = {0};
    const char *why;
    memcpy(words, shader->words, shader->bytes);
    assert_true(vp_reflect(words, count, &out, &why));
    assert_false(vp_reflect(words, 3, &out, &why));
    assert_false(vp_reflect(words, 6, &out, &why)); /* cut inside an instruction */
    words[5] = 0;                                   /* an instruction of no words must not loop for ever */
    assert_false(vp_reflect(words, count, &out, &why));
    words[0] = 1;
    assert_false(vp_reflect(words, count, &out, &why));
    for (uint32_t seed = 1; seed < 400; seed++) { /* any noise: an answer, no crash */
        memcpy(words, shader->words, shader->bytes);
        uint32_t random = seed * 2654435761u;
        words[5 + random % (count - 5)] ^= 1u << (random >> 27);
        vp_reflect(words, count, &out, &why);
    }
    free(words);
}

static void masks_take_kernels_away(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){.disable = ""});
    bool half = vp_gpu_caps(gpu)->f16, subgroup = vp_gpu_caps(gpu)->subgroup_shuffle;
    assert_int_equal(vp_gpu_has_kernel(gpu, "test_half"), half);
    assert_int_equal(vp_gpu_has_kernel(gpu, "test_subgroup"), subgroup);
    assert_true(vp_gpu_has_kernel(gpu, "test_axpy"));
    assert_false(vp_gpu_has_kernel(gpu, "test_nothing"));
    close_gpu(gpu);
    gpu = open_gpu((struct vp_gpu_options){.disable = "coopmat,f16,subgroup,bda,texel"});
    const struct vp_gpu_caps *caps = vp_gpu_caps(gpu);
    assert_false(caps->f16 || caps->coopmat || caps->subgroup_shuffle || caps->device_address || caps->texel);
    assert_false(vp_gpu_has_kernel(gpu, "test_half"));
    assert_false(vp_gpu_has_kernel(gpu, "test_subgroup"));
    assert_false(vp_gpu_has_kernel(gpu, "test_address"));
    assert_false(vp_gpu_has_kernel(gpu, "test_texel"));
    assert_false(vp_gpu_has_kernel(gpu, "test_texel.image"));
    assert_true(vp_gpu_has_kernel(gpu, "test_axpy"));
    close_gpu(gpu);
    gpu = open_gpu((struct vp_gpu_options){.disable = "test_axpy,bda"}); /* kernels by name, too */
    assert_false(vp_gpu_has_kernel(gpu, "test_axpy"));
    assert_false(vp_gpu_has_kernel(gpu, "test_address"));
    assert_true(vp_gpu_has_kernel(gpu, "test_fill"));
    close_gpu(gpu);
    struct vp_error err = {0};
    assert_null(vp_gpu_create(&(struct vp_gpu_options){.disable = "f16,fp16", .cache_folder = ""}, &err));
    assert_int_equal(err.status, VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "\"fp16\""));
}

static void specialisation_gives_separate_pipelines(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    struct vp_range x = alloc(gpu, 4000), y = alloc(gpu, 4000);
    CHECK_OK(vp_gpu_fill(gpu, x, 0, &err));
    CHECK_OK(vp_gpu_fill(gpu, y, 0, &err));
    const struct axpy_push push = {1000, 1};
    struct vp_dispatch d[3] = {axpy(x, y, &push, 1), axpy(x, y, &push, 10), axpy(x, y, &push, 1)};
    struct vp_program *program = vp_program_create(gpu, "special", d, 3, &err);
    assert_non_null(program);
    assert_int_equal(gpu->pipeline_count, 2);
    CHECK_OK(vp_program_submit(program, &err));
    float out[1000];
    CHECK_OK(vp_gpu_download(gpu, y, out, &err));
    for (int i = 0; i < 1000; i++) assert_true(out[i] == 12);
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void subgroups_have_the_promised_size(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    if (!vp_gpu_has_kernel(gpu, "test_subgroup")) {
        close_gpu(gpu);
        skip();
    }
    uint32_t size = vp_gpu_caps(gpu)->subgroup_size, group = 2 * size, values[256], out[4];
    assert_true(group <= 256);
    for (uint32_t i = 0; i < group; i++) values[i] = i + 1;
    struct vp_range x = alloc(gpu, sizeof values), y = alloc(gpu, sizeof out);
    CHECK_OK(vp_gpu_upload(gpu, part(x, 0, 4 * group), values, &err));
    struct vp_dispatch d = {.kernel = "test_subgroup",
                            .spec = {group},
                            .spec_count = 1,
                            .bindings = {x, y},
                            .binding_count = 2,
                            .groups = {1, 1, 1},
                            .label = "subgroup"};
    struct vp_program *program = vp_program_create(gpu, "subgroup", &d, 1, &err);
    assert_non_null(program);
    CHECK_OK(vp_program_submit(program, &err));
    CHECK_OK(vp_gpu_download(gpu, y, out, &err));
    assert_int_equal(out[0], size * (size + 1) / 2);
    assert_int_equal(out[1], size);
    assert_int_equal(out[2], group * (group + 1) / 2 - out[0]);
    vp_program_destroy(program);
    close_gpu(gpu);
}

static void addresses_reach_memory_and_wait(void **state) {
    (void)state;
    struct vp_gpu *gpu = open_gpu((struct vp_gpu_options){0});
    struct vp_error err = {0};
    if (!vp_gpu_has_kernel(gpu, "test_address")) {
        close_gpu(gpu);
        skip();
    }
    struct vp_range block = alloc(gpu, 8192), target = part(block, 4096, 4000);
    CHECK_OK(vp_gpu_fill(gpu, block, 0, &err));
    uint64_t address = vp_gpu_address(gpu, target);
    struct {
        uint32_t where[2], n;
        float add;
    } push = {{(uint32_t)address, (uint32_t)(address >> 32)}, 1000, 1.5f};
    struct vp_dispatch d[8];
    for (int i = 0; i < 8; i++)
        d[i] = (struct vp_dispatch){.kernel = "test_address",
                                    .bindings = {target}, /* not bound: it says what the address leads to */
                                    .binding_count = 1,
                                    .push = &push,
                                    .push_bytes = sizeof push,
                                    .groups = {16, 1, 1},
                                    .label = "address"};
    struct vp_program *program = vp_program_create(gpu, "address", d, 8, &err);
    assert_non_null(program);
    CHECK_OK(vp_program_submit(program, &err));
    float out[2048];
    CHECK_OK(vp_gpu_download(gpu, block, out, &err));
    for (int i = 0; i < 2048; i++) assert_true(out[i] == (i >= 1024 && i < 2024 ? 12.0f : 0.0f));
    vp_program_destroy(program);
    close_gpu(gpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reflection_reads_the_modules),     cmocka_unit_test(damaged_modules_are_refused),
        cmocka_unit_test(masks_take_kernels_away),          cmocka_unit_test(specialisation_gives_separate_pipelines),
        cmocka_unit_test(subgroups_have_the_promised_size), cmocka_unit_test(addresses_reach_memory_and_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
