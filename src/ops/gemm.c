/* Choosing and emitting the kernel of a matrix product. */
#include "ops/gemm.h"
#include "matmul/matmul_args.h"
#include "vkpcl/status.h"

void vp_emit_gemm(struct vp_tape *tape, const struct vp_gemm *g) {
    vp_assert(!g->accumulate || (!g->bias.slot && g->slope == 1.0f), "%s accumulates behind an activation", g->label);
    /* [transpose_a][transpose_b]: along which index neighbouring words lie. */
    static const char *const kernels[2][2] = {{"matmul", "matmul.bk"}, {"matmul.am", "matmul.ambk"}};
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
                    .kernel = kernels[g->transpose_a][g->transpose_b],
                    .bind = {vp_bind_rows(g->a, bytes[0], first, batch), vp_bind_rows(g->b, bytes[1], first, batch),
                             g->bias.slot ? g->bias : vp_bind_rows(g->b, bytes[1], first, batch),
                             vp_bind_rows(g->c, bytes[2], first, batch)},
                    VP_PUSH(args),
                    .groups = {vp_div_up((uint64_t)g->n, 64), vp_div_up((uint64_t)g->m, 64), (uint32_t)batch},
                    .flops = 2.0 * (double)(batch * g->m * g->n) * (double)g->k,
                    .bytes = (double)batch * (double)(bytes[0] + bytes[1] + bytes[2]),
                    .label = g->label});
}
