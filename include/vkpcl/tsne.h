/* t-SNE (van der Maaten and Hinton, JMLR 2008): a map of points in the plane that keeps neighbours together.
 *
 *   p_{j|i} = exp(-b_i |x_i - x_j|^2) / sum_k,  b_i so that the perplexity 2^H(p_i) is the one asked for
 *   P_ij    = (p_{j|i} + p_{i|j}) / 2n,  Q_ij = w_ij / sum w,  w_ij = 1 / (1 + |y_i - y_j|^2)
 *   minimised: KL = sum_ij P_ij log(P_ij / Q_ij);  dKL/dy_i = 4 sum_j (P_ij - Q_ij) w_ij (y_i - y_j)
 *
 * The exact form: n^2 work an iteration, meant for up to 2000 points. Gradient descent with momentum and gains, early
 * exaggeration 12 for the first quarter, learning rate max(n / 48, 50) as Belkina et al. (2019) advise, started from
 * the first two columns of x (give principal components). No random numbers: equal input, equal bits, whatever the
 * number of threads.
 */
#ifndef VKPCL_TSNE_H
#define VKPCL_TSNE_H
#include <stdint.h>

enum { VP_TSNE_MAX_POINTS = 2000 };

struct vp_tsne_settings {
    double perplexity; /* 0: 30; never above (n - 1) / 3 */
    int iterations;    /* 0: 750 */
    int threads;       /* 0: one per core */
};

/* x (n, dims) row-major, dims >= 1; map (n, 2). Returns KL. n <= VP_TSNE_MAX_POINTS; fewer than 4 points lie on the
 * start. Equal points are allowed. */
double vp_tsne(const double *x, int n, int dims, const struct vp_tsne_settings *settings, double *map);

/* ---- the parts, for tests --------------------------------------------------------------------------------------- */

/* P (n, n), symmetric, zero diagonal, sum 1; beta (n) receives b_i (may be NULL). */
void vp_tsne_affinities(const double *x, int n, int dims, double perplexity, double *p, double *beta);
/* KL of a map under P. */
double vp_tsne_divergence(const double *p, int n, const double *map);
/* dKL/dmap (n, 2), with P multiplied by `exaggeration`. */
void vp_tsne_gradient(const double *p, int n, const double *map, double exaggeration, double *gradient);

#endif
