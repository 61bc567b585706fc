#include "vkpcl/loss_scale.h"

void vp_loss_scale_update(struct vp_loss_scale *state, bool finite, int64_t growth) {
    if (!finite) {
        state->scale = state->scale > 2 ? state->scale / 2 : 1;
        state->good = 0;
        state->skipped++;
    } else if (++state->good >= growth) {
        state->scale = state->scale < VP_LOSS_SCALE_MOST / 2 ? 2 * state->scale : VP_LOSS_SCALE_MOST;
        state->good = 0;
    }
}
