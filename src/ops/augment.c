/* Augmentation: builder. Images are cut into pieces that fit a binding; blocks, sources and means are bound whole. */
#include "vkpcl/ops/augment.h"
#include "augment/augment_args.h"

_Static_assert(sizeof(struct vp_augment_block) == 4 * VP_AUGMENT_BLOCK_WORDS, "blocks are uploaded as words");
_Static_assert(sizeof(struct vp_augment_source) == 4 * VP_AUGMENT_SOURCE_WORDS, "sources are uploaded as words");

int vp_augment_radius(int size) {
    return size / 10 / 2;
}

struct pass {
    const char *kernel, *label;
    double flops_per_pixel;
    uint32_t axis; /* of the blur */
    bool by_area;  /* four pixels per invocation are counted over the image, not over each row */
};

/* One launch per piece: bindings are the `count` whole ones, then the pieces of x (unless NULL) and of y. */
static void per_pixel(struct vp_tape *tape, const struct pass *pass, struct vp_bind *whole, int count,
                      struct vp_slot *x, struct vp_bind y, int64_t images, int size) {
    uint64_t row_bytes = 12 * (uint64_t)size * (uint64_t)size;
    for (int64_t first = 0, n; (n = vp_piece(tape, images, first, &row_bytes, 1)) > 0; first += n) {
        struct augment_args args = {.images = (uint32_t)n, .first = (uint32_t)first};
        uint64_t pixels = (uint64_t)n * row_bytes / 12;
        struct vp_launch launch = {.kernel = pass->kernel,
                                   .spec = {(uint32_t)size, pass->axis, (uint32_t)vp_augment_radius(size)},
                                   .spec_count = 3, /* kernels take those they know */
                                   VP_PUSH(args),
                                   .flops = pass->flops_per_pixel * (double)pixels,
                                   .bytes = (x ? 24.0 : 12.0) * (double)pixels,
                                   .label = pass->label};
        int used = 0;
        for (; used < count; used++) launch.bind[used] = whole[used];
        if (x) launch.bind[used++] = vp_bind_rows(vp_bind_slot(x), row_bytes, first, n);
        launch.bind[used] = vp_bind_rows(y, row_bytes, first, n);
        uint64_t side = (uint64_t)size, quads = pass->by_area ? (side * side + 3) / 4 : side * ((side + 3) / 4);
        vp_groups_flat((uint64_t)n * quads, 64, launch.groups);
        vp_emit(tape, &launch);
    }
}

/* The mean grey that each image's contrast step needs. */
static struct vp_slot *means(struct vp_tape *tape, const struct vp_augment_tensors *t, struct vp_slot *x,
                             int64_t images, int size) {
    uint64_t row_bytes = 12 * (uint64_t)size * (uint64_t)size;
    struct vp_slot *sums = vp_tape_scratch(tape, "augment sums", 4 * (uint64_t)images * (uint64_t)size);
    struct vp_slot *means = vp_tape_scratch(tape, "augment means", 4 * (uint64_t)images);
    for (int64_t first = 0, n; (n = vp_piece(tape, images, first, &row_bytes, 1)) > 0; first += n) {
        struct augment_args args = {.images = (uint32_t)n, .first = (uint32_t)first};
        struct vp_launch launch = {
            .kernel = "augment_mean",
            .spec = {(uint32_t)size},
            .spec_count = 1,
            .bind = {vp_value(t->blocks), vp_bind_rows(vp_bind_slot(x), row_bytes, first, n), vp_bind_slot(sums)},
            VP_PUSH(args),
            .flops = 30.0 * (double)n * size * size,
            .bytes = (double)row_bytes * (double)n,
            .label = "augment mean"};
        vp_groups_flat((uint64_t)n * (uint64_t)size, 64, launch.groups);
        vp_emit(tape, &launch);
    }
    struct augment_args args = {.images = (uint32_t)images};
    struct vp_launch fold = {.kernel = "augment_mean_fold",
                             .spec = {(uint32_t)size},
                             .spec_count = 1,
                             .bind = {vp_bind_slot(sums), vp_bind_slot(means)},
                             VP_PUSH(args),
                             .flops = (double)images * size,
                             .bytes = 4.0 * (double)images * size,
                             .label = "augment mean fold"};
    vp_groups_flat((uint64_t)images, 32, fold.groups);
    vp_emit(tape, &fold);
    return means;
}

struct vp_tensor *vp_augment(struct vp_tape *tape, const char *name, const struct vp_augment_tensors *t, int size,
                             bool plain) {
    int64_t images = t->blocks->shape.dim[0];
    vp_assert(t->blocks->dtype == VP_U32 && t->blocks->shape.dim[1] == VP_AUGMENT_BLOCK_WORDS,
              "%s holds %lld words per image, wanted %d", t->blocks->name, (long long)t->blocks->shape.dim[1],
              VP_AUGMENT_BLOCK_WORDS);
    vp_assert(t->sources->dtype == VP_U32 && t->sources->shape.dim[1] == VP_AUGMENT_SOURCE_WORDS,
              "%s holds %lld words per image, wanted %d", t->sources->name, (long long)t->sources->shape.dim[1],
              VP_AUGMENT_SOURCE_WORDS);
    vp_assert(t->pixels->dtype == VP_U8 && size > 0, "%s are no bytes, or size %d", t->pixels->name, size);

    struct vp_tensor *y = vp_tape_output(tape, name, vp_shape4(images, size, size, 3), false);
    uint64_t bytes = 4 * (uint64_t)vp_shape_count(y->shape);
    struct vp_bind sources[3] = {vp_value(t->blocks), vp_value(t->sources), vp_value(t->pixels)};
    const struct pass resize = {.kernel = "augment_resize", .label = "augment resize", .flops_per_pixel = 200};
    if (plain) {
        per_pixel(tape, &resize, sources, 3, NULL, vp_value(y), images, size);
        return y;
    }
    struct vp_slot *resized = vp_tape_scratch(tape, "augment resized", bytes);
    per_pixel(tape, &resize, sources, 3, NULL, vp_bind_slot(resized), images, size);

    struct vp_bind coloured_by[2] = {vp_value(t->blocks), vp_bind_slot(means(tape, t, resized, images, size))};
    struct vp_slot *coloured = vp_tape_scratch(tape, "augment coloured", bytes);
    const struct pass colour = {
        .kernel = "augment_colour", .label = "augment colour", .flops_per_pixel = 60, .by_area = true};
    per_pixel(tape, &colour, coloured_by, 2, resized, vp_bind_slot(coloured), images, size);

    struct vp_slot *across = vp_tape_scratch(tape, "augment blur across", bytes);
    struct vp_slot *down = vp_tape_scratch(tape, "augment blur down", bytes);
    double taps = 2 * vp_augment_radius(size) + 1;
    struct pass blur = {.kernel = "augment_blur", .label = "augment blur", .flops_per_pixel = 6 * taps};
    per_pixel(tape, &blur, sources, 1, coloured, vp_bind_slot(across), images, size);
    blur.axis = 1;
    per_pixel(tape, &blur, sources, 1, across, vp_bind_slot(down), images, size);

    const struct pass gradient = {.kernel = "augment_gradient", .label = "augment gradient", .flops_per_pixel = 25};
    per_pixel(tape, &gradient, sources, 1, down, vp_value(y), images, size);
    return y;
}
