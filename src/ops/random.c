/* Random fills: builders. One launch per piece of images; the piece's first index goes into the push constants. */
#include "vkpcl/ops/random.h"
#include "random/random_args.h"

void vp_random_step(uint64_t seed, uint64_t stream, uint64_t base, uint32_t words[VP_RANDOM_STEP_WORDS]) {
    const uint64_t values[3] = {seed, stream, base};
    for (int i = 0; i < 3; i++) {
        words[2 * i] = (uint32_t)values[i];
        words[2 * i + 1] = (uint32_t)(values[i] >> 32);
    }
}

/* pairs: an invocation makes two numbers. */
static struct vp_tensor *fill(struct vp_tape *tape, const char *name, const char *kernel, bool pairs,
                              struct vp_shape shape, struct vp_tensor *table, const struct vp_random_desc *desc) {
    vp_assert(desc->step->dtype == VP_U32, "the step tensor %s of %s is not u32", desc->step->name, name);
    vp_assert(desc->step_word + VP_RANDOM_STEP_WORDS <= vp_shape_count(desc->step->shape),
              "%s reads step words %u..%u of %lld", name, desc->step_word, desc->step_word + VP_RANDOM_STEP_WORDS - 1,
              (long long)vp_shape_count(desc->step->shape));
    struct vp_tensor *y = vp_tape_output(tape, name, shape, false);
    int64_t rows = shape.dim[0], row = vp_shape_count(shape) / rows;
    bool image = shape.rank == 4;
    uint64_t row_bytes = 4 * (uint64_t)row;
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += n) {
        uint64_t count = (uint64_t)(n * row), base = desc->base + (uint64_t)(first * row);
        struct random_args args = {.count = (uint32_t)count,
                                   .base_low = (uint32_t)base,
                                   .base_high = (uint32_t)(base >> 32),
                                   .step_word = desc->step_word,
                                   .table_steps = table ? (uint32_t)vp_shape_count(table->shape) - 1 : 0};
        struct vp_bind out = vp_bind_rows(vp_value(y), row_bytes, first, n);
        struct vp_launch launch = {
            .kernel = kernel,
            .spec = {image ? (uint32_t)shape.dim[3] : 1, image ? (uint32_t)(shape.dim[1] * shape.dim[2]) : 1},
            .spec_count = 2,
            .bind = {vp_value(desc->step), table ? vp_value(table) : out, out},
            VP_PUSH(args),
            .bytes = 4.0 * (double)count,
            .label = kernel};
        vp_groups_flat(pairs ? count / 2 + 1 : count, 64, launch.groups);
        vp_emit(tape, &launch);
    }
    return y;
}

struct vp_tensor *vp_random_normal(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                   const struct vp_random_desc *desc) {
    return fill(tape, name, "random_normal", true, shape, NULL, desc);
}

struct vp_tensor *vp_random_uniform(struct vp_tape *tape, const char *name, struct vp_shape shape,
                                    const struct vp_random_desc *desc) {
    return fill(tape, name, "random_uniform", false, shape, NULL, desc);
}

struct vp_tensor *vp_random_beta(struct vp_tape *tape, const char *name, struct vp_shape shape, struct vp_tensor *table,
                                 const struct vp_random_desc *desc) {
    vp_assert(table->dtype == VP_F32 && vp_shape_count(table->shape) >= 2, "%s has no quantiles for %s", table->name,
              name);
    return fill(tape, name, "random_beta", false, shape, table, desc);
}
