/* Drawing augmentations: which random crop, colours and filters an image gets. The pixels are made by vp_augment
 * (vkpcl/ops/augment.h).
 *
 * A draw is a pure function of (seed, step, kind, image, view), so it depends on neither threads nor batches.
 *
 *   kind                     crop      mirror  jitter, grey, blur, gradient
 *   VP_AUGMENT_FACE_VIEW1/2  quadrant  drawn   with the settings' probabilities
 *   VP_AUGMENT_POSE_VIEW     none      no      likewise
 *   VP_AUGMENT_POSE_NEGATIVE none      yes     likewise
 *   VP_AUGMENT_PLAIN         none      no      none
 *   VP_AUGMENT_PLAIN_MIRROR  none      yes     none
 *
 * Quadrant crop. Two different quadrants are drawn per (seed, step, image), one for each face view. The window is
 * share*W by share*H, rounded to whole pixels, at a uniformly drawn whole-pixel place:
 *   VP_QUADRANT_INSIDE  the window lies inside its quadrant (half the image each way): its centre keeps half a window
 *                       from the quadrant's edges. A window larger than a quadrant (share > 0.5) is pushed into the
 *                       image: it sits in the quadrant's corner.
 *   VP_QUADRANT_CENTRE  only the centre lies in the quadrant, and the window inside the image: the views may overlap.
 */
#ifndef VKPCL_AUGMENT_H
#define VKPCL_AUGMENT_H
#include "augment/augment_block.h" /* struct vp_augment_block, struct vp_augment_source */
#include <stdint.h>

enum vp_augment_kind {
    VP_AUGMENT_FACE_VIEW1,
    VP_AUGMENT_FACE_VIEW2,
    VP_AUGMENT_POSE_VIEW,
    VP_AUGMENT_POSE_NEGATIVE,
    VP_AUGMENT_PLAIN,
    VP_AUGMENT_PLAIN_MIRROR
};

enum vp_quadrant_rule { VP_QUADRANT_INSIDE, VP_QUADRANT_CENTRE };

/* Probabilities, and ranges of uniform factors as {low, high}. */
struct vp_augment_settings {
    double crop_share; /* window side / image side, in (0, 1]; 1: no crop */
    enum vp_quadrant_rule quadrant;
    double jitter, grey, blur, gradient; /* probabilities */
    double mirror;                       /* probability that a face view is mirrored */
    double brightness[2], contrast[2], saturation[2], hue[2];
    double sigma[2];
};

/* The released settings: share 0.4; jitter 0.8 with factors 0.2..1.8 and hue -0.2..0.2; grey 0.2; blur 0.8 with sigma
 * 0.1..2; gradient 0.6; no mirrored face views. */
struct vp_augment_settings vp_augment_released(void);

/* What to draw for. `step` is an epoch or iteration, `image` its place in the batch (or any number that names it),
 * `view` below 65535 counts views of one kind (pose views 0 and 1, negatives 0..K-1). */
struct vp_augment_draw {
    enum vp_augment_kind kind;
    uint64_t seed;
    uint32_t step, image, view;
    uint32_t source;        /* goes into the block: place in the table of source images */
    uint32_t width, height; /* of the source image */
};
struct vp_augment_block vp_augment_draw(const struct vp_augment_settings *settings, const struct vp_augment_draw *draw);

#endif
