/* conv2d: every pass against the reference, at the network's kinds of layers and at sizes that fit no tile. */
#include "op_check.h"
#include "vkpcl/ops/conv2d.h"

/* Everything a case needs beside its inputs. */
struct setting {
    struct vp_conv2d_desc desc;
};

static struct vp_conv2d_shape shape_of(const struct op_case *c) {
    const struct setting *setting = c->params;
    const int64_t *x = c->in[0].shape.dim, *w = c->in[1].shape.dim;
    return (struct vp_conv2d_shape){(int)x[0],         (int)x[1],
                                    (int)x[2],         (int)x[3],
                                    (int)w[0],         (int)w[1],
                                    (int)w[2],         setting->desc.stride,
                                    setting->desc.pad, (double)setting->desc.slope};
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    const struct setting *setting = c->params;
    out[0] = vp_conv2d(tape, in[0], in[1], in[2], &setting->desc);
    return 1;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct vp_conv2d_shape shape = shape_of(c);
    vp_conv2d_ref(&shape, in[0], in[1], in[2], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct vp_conv2d_shape shape = shape_of(c);
    vp_conv2d_backward_ref(&shape, in[0], in[1], out[0], dout[0], din[0], din[1], c->in[2].name ? din[2] : NULL);
}

#define SETTING(stride, pad, slope)                                                                                    \
    &(const struct setting) {                                                                                          \
        { stride, pad, slope }                                                                                         \
    }
#define X(n, h, w, c, grad)                                                                                            \
    { "x", {4, {n, h, w, c}}, -1, 1, grad, NULL }
#define W(k, r, s, c)                                                                                                  \
    { "w", {4, {k, r, s, c}}, -0.5f, 0.5f, true, NULL }
#define B(k)                                                                                                           \
    { "b", {1, {k}}, -1, 1, true, NULL }

#define HALF    0, 0, false, 1
#define OUTPUTS 0, 0, false, OP_HALF_OUTPUTS

static const struct op_case cases[] = {
    {"one of everything", {X(1, 1, 1, 1, true), W(1, 1, 1, 1), B(1)}, SETTING(1, 0, 1.0f)},
    {"3x3 primes", {X(3, 7, 5, 11, true), W(13, 3, 3, 11), B(13)}, SETTING(1, 1, 0.1f)},
    {"3x3 without bias", {X(2, 5, 6, 4, true), W(4, 3, 3, 4)}, SETTING(1, 1, 0.1f)},
    {"3x3 31 to 33", {X(1, 8, 8, 31, true), W(33, 3, 3, 31), B(33)}, SETTING(1, 1, 0.1f)},
    {"3x3 32 to 32", {X(2, 16, 16, 32, true), W(32, 3, 3, 32), B(32)}, SETTING(1, 1, 1.0f)},
    {"3x3 16 to 16 narrow", {X(5, 8, 8, 16, true), W(16, 3, 3, 16), B(16)}, SETTING(1, 1, 0.1f)},
    {"3x3 63 to 65", {X(1, 9, 4, 63, true), W(65, 3, 3, 63), B(65)}, SETTING(1, 1, 0.1f)},
    {"3x3 64 to 128", {X(1, 8, 7, 64, true), W(128, 3, 3, 64), B(128)}, SETTING(1, 1, 0.1f)},
    {"3x3 stride 2, even", {X(1, 12, 10, 64, true), W(64, 3, 3, 64), B(64)}, SETTING(2, 1, 0.1f)},
    {"3x3 stride 2, odd", {X(3, 13, 15, 17, true), W(19, 3, 3, 17), B(19)}, SETTING(2, 1, 0.1f)},
    {"3x3 stride 2, odd, fours", {X(3, 13, 15, 20, true), W(24, 3, 3, 20), B(24)}, SETTING(2, 1, 0.1f)},
    {"3x3 stride 2, narrow", {X(2, 9, 8, 16, true), W(32, 3, 3, 16), B(32)}, SETTING(2, 1, 0.1f)},
    {"3x3 stride 2 on one row", {X(2, 1, 5, 8, true), W(8, 3, 3, 8), B(8)}, SETTING(2, 1, 0.1f)},
    {"1x1 stride 2", {X(2, 7, 6, 8, true), W(12, 1, 1, 8), B(12)}, SETTING(2, 0, 1.0f)},
    {"3x3 no padding", {X(2, 6, 5, 12, true), W(8, 3, 3, 12), B(8)}, SETTING(1, 0, 1.0f)},
    {"3x3 on 1x1", {X(4, 1, 1, 32, true), W(32, 3, 3, 32), B(32)}, SETTING(1, 1, 0.1f)},
    {"3x3 on 2x2", {X(3, 2, 2, 64, true), W(32, 3, 3, 64), B(32)}, SETTING(1, 1, 1.0f)},
    {"first layer 7x7 stride 2", {X(1, 33, 32, 3, false), W(64, 7, 7, 3), B(64)}, SETTING(2, 3, 0.1f)},
    {"first layer with gradient", {X(1, 16, 16, 3, true), W(16, 7, 7, 3), B(16)}, SETTING(2, 3, 0.1f)},
    {"last layer to RGB", {X(2, 9, 11, 128, true), W(3, 3, 3, 128), B(3)}, SETTING(1, 1, 1.0f)},
    {"last layer to RGB, narrow", {X(2, 8, 8, 32, true), W(3, 3, 3, 32), B(3)}, SETTING(1, 1, 1.0f)},
    {"last layer to RGB, an image beyond SwiftShader's texels",
     {X(2, 70, 64, 128, true), W(3, 3, 3, 128), B(3)},
     SETTING(1, 1, 1.0f)},
    {"3x3 stride 2, the same", {X(1, 130, 70, 32, true), W(8, 3, 3, 32), B(8)}, SETTING(2, 1, 0.1f)},
    {"3x3 of four on 2x2", {X(6, 2, 2, 16, true), W(24, 3, 3, 16), B(24)}, SETTING(1, 1, 0.1f)},
    {"3x3 of seven on 1x2", {X(7, 1, 2, 8, true), W(12, 3, 3, 8), B(12)}, SETTING(1, 1, 0.1f)},
    {"1x1 of attention", {X(2, 8, 8, 64, true), W(64, 1, 1, 64), B(64)}, SETTING(1, 0, 1.0f)},
    {"5x5 relu", {X(2, 9, 9, 8, true), W(6, 5, 5, 8), B(6)}, SETTING(1, 2, 0.0f)},
    {"3x3 8 to 8", {X(3, 5, 9, 8, true), W(8, 3, 3, 8), B(8)}, SETTING(1, 1, 0.1f)},
    {"1x1 stride 2, wider", {X(2, 9, 11, 8, true), W(20, 1, 1, 8), B(20)}, SETTING(2, 0, 0.1f)},
    /* Enough pixels for the widest tiles of the tile engine, forward, backward-data and backward-filter. */
    {"1x1 to 128, many pixels", {X(4, 64, 64, 4, true), W(128, 1, 1, 4), B(128)}, SETTING(1, 0, 0.1f)},
    {"1x1 to 68, many pixels", {X(5, 57, 58, 4, true), W(68, 1, 1, 4), B(68)}, SETTING(1, 0, 0.1f)},
    {"1x1 from 132, many pixels", {X(5, 57, 58, 132, true), W(4, 1, 1, 132), B(4)}, SETTING(1, 0, 1.0f)},
    {"1x1 from 64, many pixels", {X(4, 64, 64, 64, true), W(8, 1, 1, 64), B(8)}, SETTING(1, 0, 1.0f)},
    {"3x3 to 132 from 32", {X(1, 5, 6, 32, true), W(132, 3, 3, 32), B(132)}, SETTING(1, 1, 0.1f)},
    /* Enough of everything for Winograd's form. */
    {"3x3 64 to 64, many pixels", {X(3, 21, 18, 64, true), W(64, 3, 3, 64), B(64)}, SETTING(1, 1, 0.1f)},
    {"3x3 68 to 100, many pixels", {X(4, 17, 15, 68, true), W(100, 3, 3, 68), B(100)}, SETTING(1, 1, 1.0f)},
    /* Stored in half: every kernel that reads or writes activations. */
    {"half 3x3 12 to 20", {X(3, 7, 5, 12, true), W(20, 3, 3, 12), B(20)}, SETTING(1, 1, 0.1f), HALF},
    {"half 3x3 32 to 32", {X(2, 16, 16, 32, true), W(32, 3, 3, 32), B(32)}, SETTING(1, 1, 1.0f), HALF},
    {"half 3x3 16 to 4", {X(2, 9, 8, 16, true), W(4, 3, 3, 16), B(4)}, SETTING(1, 1, 0.1f), HALF},
    {"half 3x3 8 to 8", {X(3, 5, 9, 8, true), W(8, 3, 3, 8), B(8)}, SETTING(1, 1, 0.1f), HALF},
    {"half 3x3 stride 2", {X(3, 13, 15, 20, true), W(24, 3, 3, 20), B(24)}, SETTING(2, 1, 0.1f), HALF},
    {"half 3x3 stride 2, 64", {X(1, 12, 10, 64, true), W(64, 3, 3, 64), B(64)}, SETTING(2, 1, 0.1f), HALF},
    {"half 1x1 stride 2", {X(2, 7, 6, 8, true), W(12, 1, 1, 8), B(12)}, SETTING(2, 0, 1.0f), HALF},
    {"half 1x1 of attention", {X(2, 8, 8, 64, true), W(64, 1, 1, 64), B(64)}, SETTING(1, 0, 1.0f), HALF},
    {"half 5x5 relu to 6", {X(2, 9, 9, 8, true), W(6, 5, 5, 8), B(6)}, SETTING(1, 2, 0.0f), HALF},
    {"half first layer", {X(1, 33, 32, 3, false), W(64, 7, 7, 3), B(64)}, SETTING(2, 3, 0.1f), OUTPUTS},
    {"half first layer, narrow", {X(1, 16, 16, 3, true), W(16, 7, 7, 3), B(16)}, SETTING(2, 3, 0.1f), OUTPUTS},
    {"half 3x3 from 5", {X(2, 6, 7, 5, true), W(8, 3, 3, 5), B(8)}, SETTING(1, 1, 0.1f), OUTPUTS},
    {"half last layer", {X(2, 9, 11, 128, true), W(3, 3, 3, 128), B(3)}, SETTING(1, 1, 1.0f), HALF},
    {"half many pixels to 128", {X(4, 64, 64, 4, true), W(128, 1, 1, 4), B(128)}, SETTING(1, 0, 0.1f), HALF},
    {"half many pixels", {X(4, 64, 64, 64, true), W(8, 1, 1, 64), B(8)}, SETTING(1, 0, 1.0f), HALF},
    {"half Winograd", {X(4, 17, 15, 68, true), W(100, 3, 3, 68), B(100)}, SETTING(1, 1, 1.0f), HALF},
    {"half Winograd, leaky", {X(3, 21, 18, 64, true), W(64, 3, 3, 64), B(64)}, SETTING(1, 1, 0.1f), HALF},
    {"long rows", {X(1, 3, 65, 9, true), W(10, 3, 3, 9), B(10)}, SETTING(1, 1, 0.1f)},
};

static const struct op_room room = {"conv2d", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
