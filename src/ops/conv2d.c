/* conv2d on the tape: shapes, the builder, and the backward that hands out gradients. The passes are in conv2d_fwd.c,
 * conv2d_bwd_data.c, conv2d_bwd_filter.c.
 */
#include "ops/column_sum.h"
#include "ops/conv2d_internal.h"
#include "ops/conv_lanes.h"
#include "vkpcl/status.h"

struct conv2d_args vp_conv2d_args(const struct conv2d *conv, int64_t images) {
    return (struct conv2d_args){.n = (uint32_t)images,
                                .h = (uint32_t)conv->h,
                                .w = (uint32_t)conv->w,
                                .c = (uint32_t)conv->c,
                                .k = (uint32_t)conv->k,
                                .r = (uint32_t)conv->r,
                                .s = (uint32_t)conv->s,
                                .p = (uint32_t)conv->p,
                                .q = (uint32_t)conv->q,
                                .stride = (uint32_t)conv->desc.stride,
                                .pad = (uint32_t)conv->desc.pad};
}

double vp_conv2d_flops(const struct conv2d *conv, int64_t images) {
    return 2.0 * (double)(images * conv->p * conv->q) * (double)(conv->k * conv->r * conv->s * conv->c);
}

bool vp_conv2d_lanes_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                         const struct conv2d_variant *variant) {
    (void)conv, (void)pass, (void)variant;
    return vp_conv_lanes_wanted(tape);
}

bool vp_conv2d_winograd_lanes_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                                  const struct conv2d_variant *variant) {
    (void)conv, (void)variant;
    return vp_winograd_lanes(tape) && vp_winograd_wanted(tape, &pass->sizes);
}

bool vp_conv2d_winograd_quads_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                                  const struct conv2d_variant *variant) {
    (void)conv, (void)variant;
    return vp_winograd_on_quads(tape, &pass->sizes);
}

bool vp_conv2d_winograd_tiles_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                                  const struct conv2d_variant *variant) {
    (void)conv, (void)variant;
    return pass->writes_floats && !vp_winograd_lanes(tape) && vp_winograd_wanted(tape, &pass->sizes);
}

const struct conv2d_variant *vp_conv2d_choose(struct vp_tape *tape, const struct conv2d *conv,
                                              const struct conv2d_pass *pass, const struct conv2d_variant *table,
                                              int count) {
    struct vp_question question;
    const struct conv2d_variant *fit[VP_TUNE_CANDIDATES];
    vp_conv2d_question(tape, conv, pass, table, count, &question, fit);
    vp_assert(question.count, "no variant of %s is usable", table[count - 1].tile.kernel);
    return fit[vp_tape_choose(tape, &question)];
}

static void conv2d_backward(struct vp_tape *tape, struct vp_node *node) {
    const struct conv2d *conv = node->attributes;
    struct vp_tensor *x = node->in[0], *w = node->in[1], *b = node->in[2], *y = node->out[0];
    struct vp_bind dy = vp_grad_in(tape, y);
    bool accumulate;
    vp_emit_bias_backward(tape, y, b, conv->n * conv->p * conv->q, conv->k, conv->desc.slope, "conv2d bias grad");
    if (w->needs_grad) {
        struct vp_bind dw = vp_grad(tape, w, &accumulate);
        vp_conv2d_emit_bwd_filter(tape, conv, (struct vp_bind[]){dy, vp_value(x), dw}, accumulate);
    }
    if (x->needs_grad) {
        struct vp_bind dx = vp_grad(tape, x, &accumulate);
        vp_conv2d_emit_bwd_data(tape, conv, (struct vp_bind[]){dy, vp_value(w), dx}, accumulate);
    }
}

struct vp_tensor *vp_conv2d(struct vp_tape *tape, struct vp_tensor *x, struct vp_tensor *w, struct vp_tensor *b,
                            const struct vp_conv2d_desc *desc) {
    struct conv2d *conv = vp_arena_new(vp_tape_arena(tape), struct conv2d);
    vp_assert(x->shape.rank == 4 && w->shape.rank == 4, "x has rank %d, w rank %d", x->shape.rank, w->shape.rank);
    *conv = (struct conv2d){.n = x->shape.dim[0],
                            .h = x->shape.dim[1],
                            .w = x->shape.dim[2],
                            .c = x->shape.dim[3],
                            .k = w->shape.dim[0],
                            .r = w->shape.dim[1],
                            .s = w->shape.dim[2],
                            .desc = *desc};
    vp_assert(w->shape.dim[3] == conv->c, "%s has %lld channels, %s wants %lld", x->name, (long long)conv->c, w->name,
              (long long)w->shape.dim[3]);
    vp_assert(!b || vp_shape_count(b->shape) == conv->k, "%s is not one bias for each of %lld channels", b->name,
              (long long)conv->k);
    vp_assert(desc->stride == 1 || desc->stride == 2, "stride %d", desc->stride);
    conv->p = (conv->h + 2 * desc->pad - conv->r) / desc->stride + 1;
    conv->q = (conv->w + 2 * desc->pad - conv->s) / desc->stride + 1;
    vp_assert(conv->p > 0 && conv->q > 0, "%s is smaller than the kernel", x->name);

    struct vp_tensor *inputs[] = {x, w, b};
    struct vp_tensor *y =
        vp_tape_activation(tape, "conv2d", vp_shape4(conv->n, conv->p, conv->q, conv->k), vp_any_needs_grad(inputs, 3));
    conv->x_element = vp_bind_element(vp_value(x));
    conv->y_element = vp_bind_element(vp_value(y));
    struct vp_bind bias = b ? vp_value(b) : (struct vp_bind){0};
    vp_conv2d_emit_fwd(tape, conv, (struct vp_bind[]){vp_value(x), vp_value(w), bias, vp_value(y)});

    struct vp_node *node = vp_tape_push(tape, "conv2d", conv2d_backward);
    node->in[0] = x;
    node->in[1] = w;
    node->in[2] = b;
    node->out[0] = y;
    node->attributes = conv;
    return y;
}
