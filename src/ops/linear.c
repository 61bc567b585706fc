/* linear on the tape: one product forward, two backward. */
#include "vkpcl/ops/linear.h"
#include "ops/column_sum.h"
#include "ops/gemm.h"
#include "vkpcl/status.h"

struct linear {
    int64_t rows, in, out;
    struct vp_linear_desc desc;
};

static void linear_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct linear *z = node->attributes;
    struct vp_tensor *x = node->in[0], *w = node->in[1], *b = node->in[2], *y = node->out[0];
    struct vp_bind dy = vp_grad_in(tape, y);
    bool accumulate;
    vp_emit_bias_backward(tape, y, b, z->rows, z->out, z->desc.slope, "linear bias grad");
    struct vp_gemm gemm = {.batch = 1, .slope = 1.0f, .a = dy};
    if (w->needs_grad) {
        gemm.m = z->out, gemm.n = z->in, gemm.k = z->rows, gemm.transpose_a = true;
        gemm.b = vp_value(x), gemm.c = vp_grad(tape, w, &accumulate);
        gemm.accumulate = accumulate, gemm.label = "linear grad w";
        vp_emit_gemm(tape, &gemm);
    }
    if (x->needs_grad) {
        gemm.m = z->rows, gemm.n = z->in, gemm.k = z->out, gemm.transpose_a = false;
        gemm.b = vp_value(w), gemm.c = vp_grad(tape, x, &accumulate);
        gemm.accumulate = accumulate, gemm.label = "linear grad x";
        vp_emit_gemm(tape, &gemm);
    }
}

struct vp_tensor *vp_linear(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *w, struct vp_tensor *b,
                            const struct vp_linear_desc *desc) {
    vp_assert(x->shape.rank == 2 && w->shape.rank == 2, "x has rank %d, w rank %d", x->shape.rank, w->shape.rank);
    struct linear *z = vp_arena_new(vp_tape_arena(tape), struct linear);
    *z = (struct linear){x->shape.dim[0], x->shape.dim[1], w->shape.dim[0], *desc};
    vp_assert(w->shape.dim[1] == z->in, "%s has %lld columns, %s wants %lld", x->name, (long long)z->in, w->name,
              (long long)w->shape.dim[1]);
    vp_assert(!b || vp_shape_count(b->shape) == z->out, "%s is not one bias for each of %lld outputs", b->name,
              (long long)z->out);
    struct vp_tensor *inputs[] = {x, w, b};
    struct vp_tensor *y = vp_tape_output(tape, "linear", vp_shape2(z->rows, z->out), vp_any_needs_grad(inputs, 3));
    vp_emit_gemm(tape, &(struct vp_gemm){.batch = 1,
                                         .m = z->rows,
                                         .n = z->out,
                                         .k = z->in,
                                         .transpose_b = true,
                                         .slope = desc->slope,
                                         .a = vp_value(x),
                                         .b = vp_value(w),
                                         .bias = b ? vp_value(b) : (struct vp_bind){0},
                                         .c = vp_value(y),
                                         .label = "linear fwd"});
    struct vp_node *node = vp_tape_push(tape, "linear", linear_backward);
    node->in[0] = x;
    node->in[1] = w;
    node->in[2] = b;
    node->out[0] = y;
    node->attributes = z;
    return y;
}
