/* Gradient cases give the loss alone, so that the harness can difference it; the others give logits and accuracy too.
 */
#include "op_check.h"
#include "vkpcl/ops/infonce.h"
#include <math.h>
#include <stdlib.h>

enum kind { FACE, POSE_OWN, POSE_MIXED };
struct params {
    enum kind kind;
    int p, k; /* samples; negatives of each (pose) */
    bool all_outputs;
};

static enum vp_infonce_groups groups_of(const struct params *p) {
    return p->kind == POSE_MIXED ? VP_INFONCE_MIXED : VP_INFONCE_OWN;
}

static int build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out) {
    const struct params *p = c->params;
    struct vp_tensor **rest = in + (p->kind == FACE ? 1 : 2);
    rest[1]->dtype = VP_U32;
    struct vp_infonce y = p->kind == FACE
                              ? vp_infonce_face(tape, in[0], rest[0], rest[1], rest[2])
                              : vp_infonce_pose(tape, in[0], in[1], rest[0], rest[1], rest[2], groups_of(p));
    out[0] = y.loss;
    out[1] = y.logits;
    out[2] = y.accuracy;
    return p->all_outputs ? 3 : 1;
}

/* ---- references, set by set ------------------------------------------------------------------------------------ */

/* The sets of a case: how many, their rows, half their anchors. */
struct layout {
    const struct params *p;
    int sets, n, half, d;
};

static struct layout layout_of(const struct op_case *c) {
    const struct params *p = c->params;
    int d = (int)c->in[0].shape.dim[1];
    if (p->kind == FACE) return (struct layout){p, 1, 2 * p->p, p->p, d};
    return (struct layout){p, p->p, p->k + 2, 1, d};
}

/* Row `row` of set `g` as a row of input 0 (features, anchors) or 1 (negatives). */
static double *row_in(const struct layout *l, double *const *arrays, int g, int row) {
    if (l->p->kind == FACE) return arrays[0] ? arrays[0] + row * l->d : NULL;
    if (row < 2) return arrays[0] ? arrays[0] + (row * l->sets + g) * l->d : NULL;
    return arrays[1] ? arrays[1] + vp_infonce_row(groups_of(l->p), l->p->p, l->p->k, g, row - 2) * l->d : NULL;
}

/* Set `g` with its own copies of rows and permutation. Numbers of the permutation travel through the harness's float
 * inputs bit by bit: n is the denormal n * 2^-149. */
static struct vp_infonce_set open_set(const struct layout *l, double *const *in, int g, uint32_t *perm, double *rows) {
    double *const *rest = in + (l->p->kind == FACE ? 1 : 2);
    for (int s = 0; s < l->n - 2; s++) perm[s] = (uint32_t)ldexp(rest[1][s], 149);
    for (int i = 0; i < l->n * l->d; i++) rows[i] = row_in(l, in, g, i / l->d)[i % l->d];
    bool face = l->p->kind == FACE;
    return (struct vp_infonce_set){l->n, l->half, l->d, face ? 2 * l->half : 1, rest[2][0], rest[0] + g * (l->n - 2),
                                   perm};
}

static void forward(const struct op_case *c, double *const *in, double *const *out) {
    struct layout l = layout_of(c);
    int columns = l.n - 1, anchors = 2 * l.half;
    uint32_t *perm = calloc((size_t)l.n, sizeof *perm);
    double *rows = calloc((size_t)(l.n * l.d), sizeof *rows),
           *logits = calloc((size_t)(anchors * columns), sizeof *rows);
    for (int g = 0; perm && rows && logits && g < l.sets; g++) {
        struct vp_infonce_set set = open_set(&l, in, g, perm, rows);
        double loss, hits;
        vp_infonce_set_ref(&set, rows, &loss, logits, &hits);
        out[0][0] += loss / (l.sets * anchors);
        if (!l.p->all_outputs) continue;
        out[2][0] += hits / (l.sets * anchors);
        for (int i = 0; i < anchors * columns; i++)
            out[1][(i / columns * l.sets + g) * columns + i % columns] = logits[i];
    }
    free(perm);
    free(rows);
    free(logits);
}

static void backward(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                     double *const *din) {
    struct layout l = layout_of(c);
    (void)out;
    if (l.p->all_outputs) return;
    uint32_t *perm = calloc((size_t)l.n, sizeof *perm);
    double *rows = calloc((size_t)(l.n * l.d), sizeof *rows), *drows = calloc((size_t)(l.n * l.d), sizeof *drows);
    for (int g = 0; perm && rows && drows && g < l.sets; g++) {
        struct vp_infonce_set set = open_set(&l, in, g, perm, rows);
        for (int i = 0; i < l.n * l.d; i++) drows[i] = 0;
        vp_infonce_set_backward_ref(&set, rows, dout[0][0] / (l.sets * 2 * l.half), drows);
        for (int i = 0; i < l.n * l.d; i++) {
            double *to = row_in(&l, din, g, i / l.d);
            if (to) to[i % l.d] += drows[i];
        }
    }
    free(perm);
    free(rows);
    free(drows);
}

/* ---- cases ------------------------------------------------------------------------------------------------------ */

enum { MOST = 96 };

/* s -> (factor * s + offset) mod n, factor coprime to n. 5 s + 2 has fixed points for some n: slots mixed with
 * themselves. */
static void fill(float *perm, int n, int factor, int offset) {
    for (int s = 0; s < n; s++) perm[s] = ldexpf((float)((factor * s + offset) % n), -149);
}

#define REST(perm, slots, t, ...)                                                                                      \
    {"mix", __VA_ARGS__, 0, 1, false, 0}, {"perm", {1, {slots}}, 0, 0, false, perm}, {                                 \
        "temperature", {1, {1}}, 0, 0, false, t                                                                        \
    }
#define F(perm, t, b, d, grad)                                                                                         \
    { {"f", {2, {2 * (b), d}}, -1, 1, grad, 0}, REST(perm, 2 * (b)-2, t, {2, {2 * (b), 2 * (b)-2}}) }
#define P(perm, t, p, k, d, grad)                                                                                      \
    {                                                                                                                  \
        {"anchors", {2, {2 * (p), d}}, -1, 1, grad, 0}, {"negatives", {2, {(p) * (k), d}}, -1, 1, grad, 0},            \
            REST(perm, k, t, {2, {p, k}})                                                                              \
    }

int main(void) {
    static const float warm[] = {0.5F}, cold[] = {0.07F};
    float one[MOST], two[MOST], same[MOST], fourteen[MOST], thirty[MOST], sixty_four[MOST], seven[MOST], sixteen[MOST];
    fill(one, 1, 1, 0);
    fill(two, 2, 1, 1);
    fill(same, 6, 1, 0);
    fill(seven, 7, 5, 3);
    fill(fourteen, 14, 5, 2);
    fill(sixteen, 16, 5, 2);
    fill(thirty, 30, 7, 1);
    fill(sixty_four, 64, 5, 2);
    const struct params face2 = {FACE, 2, 0, false}, face4 = {FACE, 4, 0, false}, face8 = {FACE, 8, 0, false};
    const struct params face33 = {FACE, 33, 0, false}, face16 = {FACE, 16, 0, true}, face33_all = {FACE, 33, 0, true};
    const struct params own1 = {POSE_OWN, 1, 1, false}, own3 = {POSE_OWN, 3, 7, false};
    const struct params mixed3 = {POSE_MIXED, 3, 7, false}, mixed2 = {POSE_MIXED, 2, 16, false};
    const struct params own2_all = {POSE_OWN, 2, 16, true}, mixed2_all = {POSE_MIXED, 2, 16, true};
    const struct op_case cases[] = {
        {"face, 2 images", F(two, warm, 2, 5, true), &face2, 2e-5, 5e-5, false},
        {"face, 4 images, every slot mixed with itself", F(same, warm, 4, 16, true), &face4, 2e-5, 5e-5, false},
        {"face, 8 images", F(fourteen, warm, 8, 31, true), &face8, 2e-5, 5e-5, false},
        {"face, 33 images, T 0.07", F(sixty_four, cold, 33, 65, true), &face33, 2e-5, 1e-4, false},
        {"face, 16 images, all outputs", F(thirty, cold, 16, 512, false), &face16, 2e-5, 0, false},
        {"face, 33 images, all outputs", F(sixty_four, warm, 33, 3, false), &face33_all, 5e-5, 0, false},
        {"pose, one negative", P(one, warm, 1, 1, 5, true), &own1, 2e-5, 5e-5, false},
        {"pose, own, 3 x 7", P(seven, warm, 3, 7, 33, true), &own3, 2e-5, 5e-5, false},
        {"pose, mixed, 3 x 7", P(seven, warm, 3, 7, 33, true), &mixed3, 2e-5, 5e-5, false},
        {"pose, mixed, 2 x 16, T 0.07", P(sixteen, cold, 2, 16, 64, true), &mixed2, 2e-5, 1e-4, false},
        {"pose, own, all outputs", P(sixteen, cold, 2, 16, 512, false), &own2_all, 2e-5, 0, false},
        {"pose, mixed, all outputs", P(sixteen, warm, 2, 16, 63, false), &mixed2_all, 2e-5, 0, false},
    };
    const struct op_room room = {"infonce", build, forward, backward, OP_CASES(cases)};
    return op_check_main(&room);
}
