#include "synth_for_tests.h"

struct vp_synth_face synth_rigged(int unit, float intensity, float yaw, float pitch, float roll) {
    struct vp_synth_identity who = vp_synth_identity_draw(5, 3);
    struct vp_synth_shot how = vp_synth_shot_plain();
    struct vp_synth_face face;
    if (unit >= 0) how.unit[unit] = intensity;
    how.yaw = yaw, how.pitch = pitch, how.roll = roll;
    vp_synth_rig(&who, &how, 64, &face);
    return face;
}
