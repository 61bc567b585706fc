/* Principal components: the directions in which points spread most, and the points' places along them.
 *
 *   X (points, dims), centred by column means;  X = U S V^T;  scores = U S (points, components), in falling order of S
 *   share_k = S_k^2 / sum of all S^2
 *
 * Computed from the Gram matrix of the smaller side by subspace iteration with Rayleigh-Ritz in double (Halko et al.,
 * SIAM Review 2011; Golub and van Loan, section 8.2), from a start that is always the same: equal input, equal bits.
 * The sign of a component is chosen so that its largest score (by magnitude, the first of equals) is positive.
 */
#ifndef VKPCL_PCA_H
#define VKPCL_PCA_H
#include <stdint.h>

/* x (points, dims) row-major; scores (points, components), share (components). 1 <= components; those beyond the rank
 * of the centred points are zero, with share 0. Aborts when host memory runs out. */
void vp_pca(const float *x, int64_t points, int64_t dims, int components, double *scores, double *share);

#endif
