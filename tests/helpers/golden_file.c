#include "golden_file.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the above first */
#include <cmocka.h>

#define LIMIT 2e-6

void golden_close(struct golden *g) {
    vp_npz_close(g->file);
    for (int i = 0; i < g->count; i++) free(g->held[i]);
    g->count = 0;
}

void golden_open(struct golden *g, const char *op) {
    const char *folder = getenv("VKPCL_GOLDEN");
    char path[1024];
    struct vp_error err = {0};
    *g = (struct golden){.op = op};
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/op_%s.npz", folder, op);
    g->file = vp_npz_open(path, &err);
    if (!g->file) fail_msg("%s", err.message);
}

double *golden_room(struct golden *g, size_t count) {
    assert_true(g->count < (int)(sizeof g->held / sizeof *g->held));
    double *data = calloc(count ? count : 1, sizeof *data);
    assert_non_null(data);
    return g->held[g->count++] = data;
}

/* The array in the references' layout: rank 4 goes from N,C,H,W to N,H,W,C (and K,C,R,S to K,R,S,C). */
double *golden_get(struct golden *g, const char *name, struct vp_array *shape) {
    struct vp_array a;
    struct vp_error err = {0};
    if (vp_npz_read(g->file, name, &a, &err)) fail_msg("%s", err.message);
    size_t count = (size_t)vp_array_count(&a);
    float *values = malloc((count ? count : 1) * sizeof *values);
    double *out = golden_room(g, count);
    assert_non_null(values);
    vp_array_to_f32(&a, values);
    size_t n = 1, c = 1, area = count;
    if (a.rank == 4) {
        n = (size_t)a.shape[0], c = (size_t)a.shape[1];
        area = (size_t)(a.shape[2] * a.shape[3]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < c; k++)
            for (size_t p = 0; p < area; p++) out[(i * area + p) * c + k] = (double)values[(i * c + k) * area + p];
    free(values);
    vp_array_fini(&a);
    if (shape) *shape = a;
    return out;
}

void golden_expect(struct golden *g, const char *name, const double *ours) {
    struct vp_array shape;
    const double *expected = golden_get(g, name, &shape);
    double difference = 0, length = 0;
    for (int64_t i = 0; i < vp_array_count(&shape); i++) {
        difference += (ours[i] - expected[i]) * (ours[i] - expected[i]);
        length += expected[i] * expected[i];
    }
    if (!(sqrt(difference) <= LIMIT * sqrt(length)))
        fail_msg("%s: %s is off by %.2e relative, limit %.0e", g->op, name, sqrt(difference / length), LIMIT);
}
