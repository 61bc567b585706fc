/* Cholesky factors in double on threads, for the closed-form probes: a few thousand unknowns in seconds. */
#ifndef VKPCL_EVAL_CHOLESKY_H
#define VKPCL_EVAL_CHOLESKY_H
#include "vkpcl/thread_pool.h"
#include <stdbool.h>
#include <stdint.h>

/* <a, b>; the same sum in the same order whatever the machine. */
double vp_dot(const double *a, const double *b, int64_t n);
/* The lower triangle of m (n, n) becomes L with L L^T = M. false: M is not positive definite. */
bool vp_cholesky(struct vp_pool *pool, double *m, int64_t n);
/* Solves L L^T x = b in place. */
void vp_cholesky_solve(const double *l, int64_t n, double *b);

#endif
