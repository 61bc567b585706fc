/* Inner products between rows, block by block on the device. */
#include "vkpcl/ops/matmul.h"
#include "vkpcl/probe.h"
#include "vkpcl/tape.h"
#include <stdlib.h>

enum { ROWS = 256, COLUMNS = 512 }; /* of a block of the result */

struct gram {
    struct vp_tape *tape;
    struct vp_tape_memory memory;
    struct vp_tensor *a, *b, *c;
    float *packed, *block; /* (COLUMNS, columns) and (ROWS, COLUMNS) */
};

static void build(struct gram *g, struct vp_gpu *gpu, int64_t columns, struct vp_plan *plan) {
    *g = (struct gram){.tape = vp_tape_create(gpu, "gram")};
    vp_tape_set_training(g->tape, false);
    g->a = vp_tape_input(g->tape, "a", vp_shape2(ROWS, columns), VP_F32, false);
    g->b = vp_tape_input(g->tape, "b", vp_shape2(COLUMNS, columns), VP_F32, false);
    g->c = vp_matmul(g->tape, g->a, g->b, &(struct vp_matmul_desc){.transpose_b = true});
    vp_tape_keep(g->tape, g->c);
    vp_tape_plan(g->tape, plan);
}

uint64_t vp_gram_bytes(struct vp_gpu *gpu, int64_t columns) {
    struct gram g;
    struct vp_plan plan;
    build(&g, gpu, columns, &plan);
    vp_tape_destroy(g.tape);
    return plan.pinned_bytes + vp_tape_memory_bytes(&plan, 1);
}

static enum vp_status gram_init(struct gram *g, struct vp_gpu *gpu, int64_t columns, struct vp_error *err) {
    struct vp_plan plan;
    build(g, gpu, columns, &plan);
    g->packed = calloc((size_t)(COLUMNS * columns), sizeof *g->packed);
    g->block = malloc((size_t)ROWS * COLUMNS * sizeof *g->block);
    vp_assert(g->packed && g->block, "no host memory for rows of %lld", (long long)columns);
    enum vp_status status = vp_tape_memory_init(&g->memory, gpu, &plan, 1, err);
    return status == VP_OK ? vp_tape_bind(g->tape, &g->memory, err) : status;
}

static void gram_fini(struct gram *g) {
    vp_tape_destroy(g->tape);
    vp_tape_memory_fini(&g->memory);
    free(g->packed);
    free(g->block);
}

static enum vp_status upload(struct gram *g, const struct vp_tensor *to, const float *x, int64_t columns,
                             const float *mean, const uint32_t *row, int64_t count, struct vp_error *err) {
    for (int64_t i = 0; i < count; i++) {
        const float *from = x + row[i] * columns;
        float *packed = g->packed + i * columns;
        for (int64_t k = 0; k < columns; k++) packed[k] = mean ? from[k] - mean[k] : from[k];
    }
    return vp_tensor_upload(g->tape, to, g->packed, err); /* rows behind `count` hold old ones: nobody looks at them */
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static enum vp_status read_block(struct gram *g, float *gram, int64_t columns, int64_t i, int64_t rows, int64_t j,
                                 int64_t count, struct vp_error *err) {
    enum vp_status status = vp_tensor_download(g->tape, g->c, g->block, err);
    for (int64_t r = 0; r < rows && status == VP_OK; r++)
        for (int64_t k = 0; k < count; k++) gram[(i + r) * columns + j + k] = g->block[r * COLUMNS + k];
    return status;
}

enum vp_status vp_gram(struct vp_gpu *gpu, const float *x, int64_t columns, const float *mean, struct vp_rows a,
                       struct vp_rows b, float *gram, struct vp_error *err) {
    struct gram g;
    enum vp_status status = gram_init(&g, gpu, columns, err);
    for (int64_t j = 0; j < b.count && status == VP_OK; j += COLUMNS) {
        int64_t count = smaller(COLUMNS, b.count - j);
        status = upload(&g, g.b, x, columns, mean, b.row + j, count, err);
        for (int64_t i = 0; i < a.count && status == VP_OK; i += ROWS) {
            int64_t rows = smaller(ROWS, a.count - i);
            status = upload(&g, g.a, x, columns, mean, a.row + i, rows, err);
            if (status == VP_OK) status = vp_tape_run(g.tape, err);
            if (status == VP_OK) status = read_block(&g, gram, b.count, i, rows, j, count, err);
        }
    }
    gram_fini(&g);
    return status;
}
