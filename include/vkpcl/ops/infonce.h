/* infonce: contrastive loss with interpolated negatives, from a Gram matrix instead of the negatives themselves.
 *
 * A set has n rows f. Anchor i has a partner (the other view) and slots s = 0 .. n-3 over N(i): all rows but i and its
 * partner, ascending. With mix m in [0, 1] and one permutation pi of the slots, a = N(i)[s], b = N(i)[pi(s)]:
 *   negative v = m f_a + (1 - m) f_b,   logits[i,0] = cos(f_i, f_partner) / T,   logits[i,1+s] = cos(f_i, v) / T
 *   loss = mean over anchors of  logsumexp(logits[i,:]) - logits[i,0]
 *   accuracy = share of anchors whose logits[i,0] is the largest of their row
 * cos(u, v) = <u,v> / (max(|u|, 1e-12) max(|v|, 1e-12)). With G = F F^T:
 *   <f_i, v> = m G[i,a] + (1-m) G[i,b],   |v|^2 = m^2 G[a,a] + 2 m (1-m) G[a,b] + (1-m)^2 G[b,b]
 * so no negative is ever stored. Backward gathers dG entry by entry (with the inverse of pi, in a fixed order, no
 * atomics), then dF = (dG + dG^T) F. Gradients flow through both members of every mix and through all lengths.
 *
 * face: one set of n = 2B rows, all of them anchors; i and i+B are partners.
 * pose: P sets of n = 2 + K rows: the two views of sample p, which are the anchors, and the negatives of group p.
 * Sources: van den Oord, Li and Vinyals (2018) for the loss; the PCL paper (arXiv 2211.13490), section 3.
 */
#ifndef VKPCL_OPS_INFONCE_H
#define VKPCL_OPS_INFONCE_H
#include "vkpcl/tape.h"

/* logits and accuracy carry no gradient; vp_tape_keep what shall be read back. */
struct vp_infonce {
    struct vp_tensor *loss;     /* (1) */
    struct vp_tensor *logits;   /* (anchors, n - 1): (2B, 2B-1) or (2P, 1+K) */
    struct vp_tensor *accuracy; /* (1), in [0, 1] */
};

/* f (2B, d), B >= 2; mix (2B, 2B-2) f32; perm (2B-2) u32; temperature (1) f32, > 0, read by every run. */
struct vp_infonce vp_infonce_face(struct vp_tape *tape, struct vp_tensor *f, struct vp_tensor *mix,
                                  struct vp_tensor *perm, struct vp_tensor *temperature);

/* Negatives are encoded sample by sample: row p*K + k is the k-th view of sample p's mirror image. Group g, slot s is
 *   own:   row g*K + s, sample g's own views;
 *   mixed: the release's reading: the order j = k*P + p, cut into P runs of K: j = g*K + s, row (j mod P)*K + j / P. */
enum vp_infonce_groups { VP_INFONCE_OWN, VP_INFONCE_MIXED };

/* anchors (2P, d), i and i+P the views of sample i; negatives (P*K, d); mix (P, K), shared by both views; perm (K) u32.
 */
struct vp_infonce vp_infonce_pose(struct vp_tape *tape, struct vp_tensor *anchors, struct vp_tensor *negatives,
                                  struct vp_tensor *mix, struct vp_tensor *perm, struct vp_tensor *temperature,
                                  enum vp_infonce_groups groups);

/* Reference in double for one set, by the definition: every interpolated negative is written out.
 * f (n, d); anchors are rows 0 .. 2*half-1, partners i and i+half; mix (mix_rows, n-2), mix_rows 1: shared by all. The
 * loss and the accuracy are sums over the anchors of the set, not means; logits (2*half, n-1). df is added to. */
struct vp_infonce_set {
    int n, half, d, mix_rows;
    double temperature;
    const double *mix;
    const uint32_t *perm;
};
void vp_infonce_set_ref(const struct vp_infonce_set *set, const double *f, double *loss, double *logits,
                        double *accuracy);
void vp_infonce_set_backward_ref(const struct vp_infonce_set *set, const double *f, double dloss, double *df);
/* Row of the negatives that is slot s of group g. */
int64_t vp_infonce_row(enum vp_infonce_groups groups, int64_t p, int64_t k, int64_t g, int64_t s);

#endif
