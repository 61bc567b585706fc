/* One synthetic face that differs from a plain one only in what is said. */
#ifndef SYNTH_FOR_TESTS_H
#define SYNTH_FOR_TESTS_H
#include "synth/synth_face.h"
#include "vkpcl/synth.h"

/* Action unit number `unit` at `intensity` (unit -1: none), turned by three angles in degrees. */
struct vp_synth_face synth_rigged(int unit, float intensity, float yaw, float pitch, float roll);

#endif
