/* Dynamic weight averaging between the face and the pose loss.
 *
 *   r_k = mean unweighted loss k of the last epoch / of the epoch before it
 *   w_k = 2 * exp(r_k / 2) / (exp(r_face / 2) + exp(r_pose / 2));   w = 1 until two epochs have ended
 *
 * The state is this plain struct: save it whole in a checkpoint and a resumed run has the same weights.
 * Source: Liu, Johns and Davison, "End-to-end multi-task learning with attention" (2019), temperature 2.
 */
#ifndef VKPCL_DWA_H
#define VKPCL_DWA_H
#include <stdint.h>

enum { VP_DWA_FACE, VP_DWA_POSE, VP_DWA_LOSSES };

struct vp_dwa {
    double sum[VP_DWA_LOSSES];    /* of the running epoch */
    uint64_t count;               /* iterations in the sums */
    double last[VP_DWA_LOSSES];   /* mean of the last epoch */
    double before[VP_DWA_LOSSES]; /* mean of the epoch before it */
    uint64_t epochs;              /* ended so far */
};

/* A zeroed struct is the start. Adds one iteration's unweighted losses; a loss that is switched off is given as 0. */
void vp_dwa_add(struct vp_dwa *dwa, double face, double pose);
/* Ends the epoch; an epoch without iterations changes nothing. */
void vp_dwa_end_epoch(struct vp_dwa *dwa);
/* The weights of the running epoch. A loss whose mean was 0 counts as unchanged (r = 1). */
void vp_dwa_weights(const struct vp_dwa *dwa, double weight[VP_DWA_LOSSES]);

#endif
