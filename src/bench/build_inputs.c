/* Cases without gradient: what makes a step's inputs, and what ends it. */
#include "bench/cases.h"
#include "vkpcl/adam.h"
#include "vkpcl/augment.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/ops/augment.h"
#include "vkpcl/ops/random.h"

enum { SOURCE_SIDE = 160 };

struct vp_tensor *vp_bench_random(struct vp_bench_build *build, const struct vp_bench_case *z) {
    struct vp_tensor *step;
    uint32_t *words = vp_bench_words(build, "step", vp_shape1(VP_RANDOM_STEP_WORDS), VP_U32, &step);
    vp_random_step(1, 2, 0, words);
    struct vp_shape shape = vp_shape4(z->n, z->h, z->w, z->c);
    vp_tape_keep(build->tape, vp_random_normal(build->tape, "y", shape, &(struct vp_random_desc){.step = step}));
    vp_shape_text(shape, build->shape);
    return NULL;
}

/* Sources of 160 pixels, a face data set's usual crop; kind 1 is resizing alone. */
struct vp_tensor *vp_bench_augment(struct vp_bench_build *build, const struct vp_bench_case *z) {
    int64_t sources = z->stride;
    struct vp_augment_tensors t;
    uint32_t *words = vp_bench_words(build, "sources", vp_shape2(sources, VP_AUGMENT_SOURCE_WORDS), VP_U32, &t.sources);
    struct vp_augment_source *source = (struct vp_augment_source *)(void *)words;
    for (uint32_t i = 0; i < sources; i++)
        source[i] = (struct vp_augment_source){3 * SOURCE_SIDE * SOURCE_SIDE * i, SOURCE_SIDE, SOURCE_SIDE, 0};
    uint32_t *pixels =
        vp_bench_words(build, "pixels", vp_shape1(3 * SOURCE_SIDE * SOURCE_SIDE * sources), VP_U8, &t.pixels);
    for (int64_t i = 0; i < 3 * SOURCE_SIDE * SOURCE_SIDE / 4 * sources; i++) pixels[i] = (uint32_t)i * 2654435761u;
    words = vp_bench_words(build, "blocks", vp_shape2(z->n, VP_AUGMENT_BLOCK_WORDS), VP_U32, &t.blocks);
    struct vp_augment_block *blocks = (struct vp_augment_block *)(void *)words;
    const struct vp_augment_settings settings = vp_augment_released();
    for (uint32_t i = 0; i < z->n; i++)
        blocks[i] = vp_augment_draw(
            &settings, &(struct vp_augment_draw){.kind = z->kind ? VP_AUGMENT_PLAIN : VP_AUGMENT_FACE_VIEW1,
                                                 .seed = 1,
                                                 .image = i % (uint32_t)sources,
                                                 .source = i % (uint32_t)sources,
                                                 .width = SOURCE_SIDE,
                                                 .height = SOURCE_SIDE});
    vp_tape_keep(build->tape, vp_augment(build->tape, "y", &t, (int)z->h, z->kind == 1));
    snprintf(build->shape, 96, "n%lld %dx%d to %lldx%lld", (long long)z->n, SOURCE_SIDE, SOURCE_SIDE, (long long)z->h,
             (long long)z->w);
    return NULL;
}

/* All parameters as one. */
struct vp_tensor *vp_bench_adam(struct vp_bench_build *build, const struct vp_bench_case *z) {
    const struct vp_adam_param all = {.count = (uint64_t)z->n, .trainable = true};
    const bool has_gradient = true;
    struct vp_adam adam;
    vp_adam_init(&adam, &all, 1, 0.9, 0.999);
    struct vp_shape shape = vp_shape1((int64_t)vp_adam_elements(&adam));
    struct vp_adam_tensors t = {.p = vp_bench_input(build, "p", shape, VP_BENCH_CONSTANT),
                                .g = vp_bench_input(build, "g", shape, VP_BENCH_CONSTANT),
                                .m = vp_bench_input(build, "m", shape, VP_BENCH_CONSTANT),
                                .v = vp_bench_input(build, "v", shape, VP_BENCH_CONSTANT)};
    vp_adam_chunks(&adam, vp_bench_words(build, "chunks", vp_shape1(shape.dim[0] / ADAM_CHUNK), VP_U32, &t.chunks));
    uint32_t *words = vp_bench_words(build, "step", vp_shape1(vp_adam_words(&adam)), VP_U32, &t.step);
    vp_adam_begin(&adam, &(struct vp_adam_phase){.lr = 1e-6, .has_gradient = &has_gradient, .inv_scale = 1}, words);
    vp_adam_fini(&adam);
    vp_adam_step(build->tape, &t, &(struct vp_adam_desc){.parameters = 1, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8});
    snprintf(build->shape, 96, "%lld parameters", (long long)z->n);
    return NULL;
}
