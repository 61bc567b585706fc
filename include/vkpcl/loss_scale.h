/* Dynamic loss scaling: gradients are stored in half, whose smallest number is 6e-8, so losses are multiplied by a
 * factor before the backward pass and Adam divides by it again. Too large a factor overflows, which the scan of the
 * gradients finds: that step is skipped and the factor halved. After `growth` good steps in a row it doubles.
 *
 *     scale <- scale / 2           when a gradient was not finite, at least 1
 *     scale <- min(2 * scale, VP_LOSS_SCALE_MOST)   after `growth` steps without
 *
 * Source: Micikevicius et al., "Mixed precision training" (2018).
 */
#ifndef VKPCL_LOSS_SCALE_H
#define VKPCL_LOSS_SCALE_H
#include <stdbool.h>
#include <stdint.h>

#define VP_LOSS_SCALE_MOST 1073741824.0 /* 2^30: more cannot help, since seeds are floats */

struct vp_loss_scale {
    double scale;
    int64_t good, skipped; /* steps since the last change; steps skipped in all */
};

/* Takes in how a step went. */
void vp_loss_scale_update(struct vp_loss_scale *state, bool finite, int64_t growth);

#endif
