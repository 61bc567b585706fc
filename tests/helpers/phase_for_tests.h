/* One phase with everything of its own - parameters, optimiser state, memory, poisoned - and inputs that never change.
 */
#ifndef VKPCL_PHASE_FOR_TESTS_H
#define VKPCL_PHASE_FOR_TESTS_H
#include "vkpcl/phase.h"

/* The method's settings at 64 px with P 3 and K 5. */
struct vp_phase_settings phase_settings_for_tests(double width, int64_t batch);

struct phase_session {
    struct vp_gpu *gpu;
    struct vp_params *params;
    struct vp_phase_shared shared;
    struct vp_phase *phase;
    struct vp_tape_memory memory;
};
/* Both fail the running test when the device does. */
void phase_session_init(struct phase_session *session, struct vp_gpu *gpu, enum vp_phase_kind kind,
                        const struct vp_phase_settings *settings);
float *phase_session_fetch(const struct phase_session *session, struct vp_range range); /* to be freed */
void phase_session_fini(struct phase_session *session);

#endif
