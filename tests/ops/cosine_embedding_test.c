#include "op_check.h"
#include "vkpcl/ops/cosine_embedding.h"

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    out[0] = vp_cosine_embedding(tape, in[0], in[1], in[2], c->params);
    return 1;
}

static double margin_of(const struct op_case *c) {
    return (double)((const struct vp_cosine_embedding_desc *)c->params)->margin;
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    vp_cosine_embedding_ref(c->in[0].shape.dim[0], c->in[0].shape.dim[1], margin_of(c), in[0], in[1], in[2], out[0]);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    (void)out;
    vp_cosine_embedding_backward_ref(c->in[0].shape.dim[0], c->in[0].shape.dim[1], margin_of(c), in[0], in[1], in[2],
                                     dout[0][0], din[0], din[1]);
}

static const struct vp_cosine_embedding_desc none = {0}, half = {0.5f};
static const float apart[] = {1, -1, -1, 1, -1};
/* signs: random ones in (-1, 1) count by their sign. */
#define PAIRS(low, given, n, d)                                                                                        \
    {                                                                                                                  \
        {"a", {2, {n, d}}, low, 1, true, 0}, {"b", {2, {n, d}}, low, 1, true, 0}, {                                    \
            "sign", {1, {n}}, -1, 1, false, given                                                                      \
        }                                                                                                              \
    }
static const struct op_case cases[] = {
    {"1x2", PAIRS(0, apart, 1, 2), &none, 0, 0, false},
    {"5x7", PAIRS(0, apart, 5, 7), &none, 0, 0, false},
    {"33x65, margin 0.5", PAIRS(0, 0, 33, 65), &half, 0, 0, false},
    {"31x512", PAIRS(-1, 0, 31, 512), &none, 0, 0, false},
};

static const struct op_room room = {"cosine_embedding", build, forward, backward, OP_CASES(cases)};
OP_CHECK_MAIN(room)
