/* Configuration to phase settings, and weights from files: shared by training and replay. */
#ifndef VKPCL_TRAIN_SETTINGS_H
#define VKPCL_TRAIN_SETTINGS_H
#include "vkpcl/config.h"
#include "vkpcl/phase.h"
#include "vkpcl/safetensors.h"

struct vp_phase_settings vp_settings_from_config(const struct vp_config *config);
/* Does the configuration ask for this phase? */
bool vp_settings_has_phase(const struct vp_config *config, enum vp_phase_kind kind);
/* What the model cannot be built for: VP_ERR_USAGE with a sentence. */
enum vp_status vp_settings_check(const struct vp_config *config, struct vp_error *err);

/* Loads every parameter and statistic from arrays named prefix + name; all must be there with their shapes. `which`
 * chooses the buffer: 0 value, 1 first moment, 2 second moment. */
enum vp_status vp_params_load(struct vp_params *params, const struct vp_safetensors *file, const char *prefix,
                              int which, struct vp_error *err);

#endif
