/* By the definition: each anchor's interpolated negatives are written out and compared one by one. */
#include "vkpcl/ops/infonce.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>

/* Everything one anchor is compared with: column 0 the partner, column 1 + s the negative of slot s. */
struct comparisons {
    int columns;
    double *v;  /* (columns, d) */
    int *a, *b; /* rows that column is made of: v = m f_a + (1 - m) f_b */
    double *m;
    double *cosine, *probability; /* (columns) */
};

static void *new_array(int count, size_t size) {
    void *array = calloc((size_t)count + 1, size);
    vp_assert(array, "no host memory for %d values", count);
    return array;
}

static double dot(int d, const double *x, const double *y) {
    double sum = 0;
    for (int i = 0; i < d; i++) sum += x[i] * y[i];
    return sum;
}

static double length(int d, const double *x) {
    return fmax(sqrt(dot(d, x, x)), 1e-12);
}

static struct comparisons compare(const struct vp_infonce_set *set, const double *f, int anchor) {
    int d = set->d, columns = set->n - 1, partner = (anchor + set->half) % (2 * set->half), slots = 0;
    struct comparisons c = {.columns = columns,
                            .v = new_array(columns * d, sizeof(double)),
                            .a = new_array(columns, sizeof(int)),
                            .b = new_array(columns, sizeof(int)),
                            .m = new_array(columns, sizeof(double)),
                            .cosine = new_array(columns, sizeof(double)),
                            .probability = new_array(columns, sizeof(double))};
    int *others = new_array(set->n, sizeof(int));
    for (int row = 0; row < set->n; row++)
        if (row != anchor && row != partner) others[slots++] = row;
    c.a[0] = c.b[0] = partner;
    c.m[0] = 1;
    for (int s = 0; s < slots; s++) {
        c.a[1 + s] = others[s];
        c.b[1 + s] = others[set->perm[s]];
        c.m[1 + s] = set->mix[(set->mix_rows == 1 ? 0 : anchor) * slots + s];
    }
    double sum = 0;
    for (int k = 0; k < columns; k++) {
        double *v = c.v + k * d;
        for (int i = 0; i < d; i++) v[i] = c.m[k] * f[c.a[k] * d + i] + (1 - c.m[k]) * f[c.b[k] * d + i];
        c.cosine[k] = dot(d, f + anchor * d, v) / (length(d, f + anchor * d) * length(d, v));
        sum += exp((c.cosine[k] - 1) / set->temperature);
    }
    for (int k = 0; k < columns; k++) c.probability[k] = exp((c.cosine[k] - 1) / set->temperature) / sum;
    free(others);
    return c;
}

static void release(struct comparisons *c) {
    free(c->v);
    free(c->a);
    free(c->b);
    free(c->m);
    free(c->cosine);
    free(c->probability);
}

void vp_infonce_set_ref(const struct vp_infonce_set *set, const double *f, double *loss, double *logits,
                        double *accuracy) {
    *loss = 0;
    *accuracy = 0;
    for (int anchor = 0; anchor < 2 * set->half; anchor++) {
        struct comparisons c = compare(set, f, anchor);
        bool largest = true;
        for (int k = 0; k < c.columns; k++) {
            logits[anchor * c.columns + k] = c.cosine[k] / set->temperature;
            largest &= c.cosine[0] >= c.cosine[k];
        }
        *loss -= log(c.probability[0]);
        *accuracy += largest;
        release(&c);
    }
}

void vp_infonce_set_backward_ref(const struct vp_infonce_set *set, const double *f, double dloss, double *df) {
    int d = set->d;
    for (int anchor = 0; anchor < 2 * set->half; anchor++) {
        struct comparisons c = compare(set, f, anchor);
        const double *u = f + anchor * d;
        double u_length = length(d, u);
        for (int k = 0; k < c.columns; k++) {
            const double *v = c.v + k * d;
            double g = dloss * (c.probability[k] - (k == 0)) / set->temperature, v_length = length(d, v);
            for (int i = 0; i < d; i++) {
                /* d cos / du = v / (|u||v|) - cos u / |u|^2, and with u and v exchanged */
                double du = g * (v[i] / (u_length * v_length) - c.cosine[k] * u[i] / (u_length * u_length));
                double dv = g * (u[i] / (u_length * v_length) - c.cosine[k] * v[i] / (v_length * v_length));
                df[anchor * d + i] += du;
                df[c.a[k] * d + i] += c.m[k] * dv;
                df[c.b[k] * d + i] += (1 - c.m[k]) * dv;
            }
        }
        release(&c);
    }
}

int64_t vp_infonce_row(enum vp_infonce_groups groups, int64_t p, int64_t k, int64_t g, int64_t s) {
    int64_t j = g * k + s;
    return groups == VP_INFONCE_MIXED ? j % p * k + j / p : j;
}
