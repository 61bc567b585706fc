/* The ways to compute a matrix product, best first. */
#include "matmul/matmul_args.h"
#include "ops/conv_lanes.h"
#include "ops/filter_lanes.h"
#include "ops/gemm_internal.h"
#include "vkpcl/status.h"

static double flops_of(const struct vp_gemm *g) {
    return g->flops > 0 ? g->flops : 2.0 * (double)(g->batch * g->m * g->n) * (double)g->k;
}

/* A times a matrix of weights is a 1x1 convolution of the rows of A; without a batch, each row is an image, so that the
 * rows can be cut into pieces. */
static struct vp_convolution as_convolution(const struct vp_gemm *g) {
    int64_t rows = g->batch > 1 ? g->m : 1;
    return (struct vp_convolution){.n = g->batch > 1 ? g->batch : g->m,
                                   .h = 1,
                                   .w = rows,
                                   .c = g->k,
                                   .k = g->n,
                                   .r = 1,
                                   .s = 1,
                                   .p = 1,
                                   .q = rows,
                                   .stride = 1,
                                   .y_h = 1,
                                   .y_w = rows,
                                   .y_step = 1,
                                   .k_stride = g->transpose_b ? g->k : 1,
                                   .c_stride = g->transpose_b ? 1 : g->n,
                                   .filter_stride = g->batch > 1 ? g->k * g->n : 0,
                                   .accumulate = g->accumulate,
                                   .slope = g->slope,
                                   .x = g->a,
                                   .filter = g->b,
                                   .bias = g->bias,
                                   .y = g->c,
                                   .flops = flops_of(g),
                                   .label = g->label};
}

static bool lanes_fit(const struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    (void)variant;
    uint64_t padded = 4 * (uint64_t)g->batch * (uint64_t)((g->n + 31) / 32 * 32) * (uint64_t)((g->k + 31) / 32 * 32);
    return !g->transpose_a && padded <= vp_tape_caps(tape)->max_binding_bytes && vp_conv_lanes_wanted(tape);
}

static void lanes(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    (void)variant;
    const struct vp_convolution conv = as_convolution(g);
    vp_emit_conv_lanes(tape, &conv);
}

/* A^T B is the filter gradient of a 1x1 convolution: a sum over rows, laid out as lines of four where that goes up. */
static struct vp_filter_lanes as_filter_gradient(const struct vp_gemm *g) {
    int64_t columns = g->k % 4 == 0 ? 4 : g->k, lines = g->k / columns;
    return (struct vp_filter_lanes){.n = g->batch,
                                    .h = lines,
                                    .w = columns,
                                    .c = g->n,
                                    .k = g->m,
                                    .r = 1,
                                    .s = 1,
                                    .p = lines,
                                    .q = columns,
                                    .stride = 1,
                                    .per_image = g->batch > 1,
                                    .accumulate = g->accumulate,
                                    .dy = g->a,
                                    .x = g->b,
                                    .dw = g->c,
                                    .flops = flops_of(g),
                                    .label = g->label};
}

static bool filter_fits(const struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    (void)variant;
    const struct vp_filter_lanes filter = as_filter_gradient(g);
    return g->transpose_a && !g->transpose_b && !g->bias.slot && g->slope == 1.0f &&
           vp_filter_lanes_wanted(tape, &filter);
}

static void filter(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    (void)variant;
    const struct vp_filter_lanes gradient = as_filter_gradient(g);
    vp_emit_filter_lanes(tape, &gradient);
}

/* The tile engine of the convolutions: wider tiles than matmul's, and cooperative matrices. Their kernels c... want
 * neighbouring input channels, k... neighbouring output channels. */
static bool tile_fits(const struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    return !g->transpose_a && g->batch == 1 && g->transpose_b == variant->transpose_b &&
           vp_conv_tile_fits(&variant->tile, g->m, g->k, g->n) &&
           (!variant->tile.matrix || vp_conv_matrix_usable(tape, &variant->tile));
}

static void tile(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    const struct vp_convolution conv = as_convolution(g);
    vp_emit_conv_tile(tape, &variant->tile, &conv);
}

static void matmul(struct vp_tape *tape, const struct vp_gemm *g, const struct gemm_variant *variant) {
    (void)variant;
    /* [in fours][transpose_a][transpose_b]: along which index neighbouring words lie. */
    static const char *const kernels[2][2][2] = {
        {{"matmul.plain", "matmul.bk"}, {"matmul.am", "matmul.ambk"}},
        {{"matmul.four", "matmul.bkfour"}, {"matmul.amfour", "matmul.ambkfour"}}};
    bool four = g->k % 4 == 0 && (!g->transpose_a || g->m % 4 == 0) && (g->transpose_b || g->n % 4 == 0);
    struct matmul_args args = {.m = (uint32_t)g->m,
                               .n = (uint32_t)g->n,
                               .k = (uint32_t)g->k,
                               .a_m = g->transpose_a ? 1 : (uint32_t)g->k,
                               .a_k = g->transpose_a ? (uint32_t)g->m : 1,
                               .b_k = g->transpose_b ? 1 : (uint32_t)g->n,
                               .b_n = g->transpose_b ? (uint32_t)g->k : 1,
                               .c_m = (uint32_t)g->n,
                               .a_batch = (uint32_t)(g->m * g->k),
                               .b_batch = (uint32_t)(g->k * g->n),
                               .c_batch = (uint32_t)(g->m * g->n),
                               .has_bias = g->bias.slot != NULL,
                               .slope = g->slope,
                               .accumulate = g->accumulate};
    uint64_t bytes[] = {4 * (uint64_t)args.a_batch, 4 * (uint64_t)args.b_batch, 4 * (uint64_t)args.c_batch};
    for (int64_t first = 0, batch; (batch = vp_piece(tape, g->batch, first, bytes, 3)) > 0; first += batch)
        vp_emit(tape,
                &(struct vp_launch){
                    .kernel = kernels[four][g->transpose_a][g->transpose_b],
                    .bind = {vp_bind_rows(g->a, bytes[0], first, batch), vp_bind_rows(g->b, bytes[1], first, batch),
                             g->bias.slot ? g->bias : vp_bind_rows(g->b, bytes[1], first, batch),
                             vp_bind_rows(g->c, bytes[2], first, batch)},
                    VP_PUSH(args),
                    .groups = {vp_div_up((uint64_t)g->n, 64), vp_div_up((uint64_t)g->m, 64), (uint32_t)batch},
                    .flops = flops_of(g) * (double)batch / (double)g->batch,
                    .bytes = (double)batch * (double)(bytes[0] + bytes[1] + bytes[2]),
                    .label = g->label});
}

static const struct gemm_variant variants[] = {
    {{"conv2d_lanes.x4y4buffer", 0, 0, 0}, false, true, lanes_fit, lanes},
    {{"conv2d_bwd_filter_plain", 0, 0, 0}, false, true, filter_fits, filter},
    {{"matmul.plain", 64, 64, 0}, false, false, NULL, matmul},
    {{"conv2d_tile.mc128x128", 128, 128, 256}, true, false, tile_fits, tile},
    {{"conv2d_tile.mc64x64", 64, 64, 64}, true, false, tile_fits, tile},
    {{"conv2d_tile.c128x128", 128, 128, 0}, true, false, tile_fits, tile},
    {{"conv2d_tile.c128x64", 128, 64, 0}, true, false, tile_fits, tile},
    {{"conv2d_tile.mk128x128", 128, 128, 256}, false, false, tile_fits, tile},
    {{"conv2d_tile.mk64x64", 64, 64, 64}, false, false, tile_fits, tile},
    {{"conv2d_tile.k128x128", 128, 128, 0}, false, false, tile_fits, tile},
    {{"conv2d_tile.k128x64", 128, 64, 0}, false, false, tile_fits, tile},
};

void vp_emit_gemm(struct vp_tape *tape, const struct vp_gemm *g) {
    vp_assert(!g->accumulate || (!g->bias.slot && g->slope == 1.0f), "%s accumulates behind an activation", g->label);
    struct vp_question question;
    const struct gemm_variant *fit[VP_TUNE_CANDIDATES];
    vp_gemm_question(tape, g, variants, (int)(sizeof variants / sizeof *variants), &question, fit);
    const struct gemm_variant *chosen = fit[vp_tape_choose(tape, &question)];
    chosen->emit(tape, g, chosen);
}
