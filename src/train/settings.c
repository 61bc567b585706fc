/* Configuration to phase settings, and weights from files. */
#include "train/settings.h"
#include <stdio.h>
#include <stdlib.h>

struct vp_phase_settings vp_settings_from_config(const struct vp_config *config) {
    return (struct vp_phase_settings){.model = {config->model.width, config->model.size},
                                      .batch = config->data.batch,
                                      .pose_batch = config->data.pose_batch,
                                      .negatives = config->data.pose_negatives,
                                      .noise = (float)config->loss.noise,
                                      .decoder = config->loss.decoder,
                                      .orthogonality = config->loss.orthogonality,
                                      .half = config->model.precision == VP_PRECISION_F16,
                                      .mixed_negatives = config->pose.negatives == VP_NEGATIVES_MIXED,
                                      .beta1 = config->optimizer.beta1,
                                      .beta2 = config->optimizer.beta2,
                                      .eps = config->optimizer.eps,
                                      .weight_decay = config->optimizer.weight_decay,
                                      .beta = config->loss.beta,
                                      .micro_batch = config->train.micro_batch};
}

bool vp_settings_has_phase(const struct vp_config *config, enum vp_phase_kind kind) {
    switch (kind) {
    case VP_PHASE_RECON:
        return config->loss.decoder || config->loss.orthogonality;
    case VP_PHASE_FACE:
        return config->loss.face;
    case VP_PHASE_POSE:
        return config->loss.pose;
    default:
        return false;
    }
}

enum vp_status vp_settings_check(const struct vp_config *config, struct vp_error *err) {
    int size = config->model.size;
    if (size < 16 || (size & (size - 1)) != 0)
        return vp_fail(err, VP_ERR_USAGE,
                       "model.size is %d: the decoder doubles its image from 1 pixel on, so the size "
                       "must be a power of two from 16 on (16, 32, 64, 128, ...)",
                       size);
    if (!config->loss.decoder && !config->loss.orthogonality && !config->loss.face && !config->loss.pose)
        return vp_fail(err, VP_ERR_USAGE,
                       "loss.decoder, loss.orthogonality, loss.face and loss.pose are all off: "
                       "nothing is left to train");
    return vp_config_check(config, err);
}

enum vp_status vp_params_load(struct vp_params *params, const struct vp_safetensors *file, const char *prefix,
                              int which, struct vp_error *err) {
    for (int i = 0; i < params->count; i++) {
        const struct vp_param *param = &params->list[i];
        if (which && !param->trainable) continue;
        char name[192];
        snprintf(name, sizeof name, "%s%s", prefix, param->name);
        const struct vp_array *array =
            vp_safetensors_need(file, name, VP_ARRAY_F32, param->shape.rank, param->shape.dim, err);
        if (!array) return err->status;
        struct vp_range range = which == 0 ? param->value : which == 1 ? param->m : param->v;
        enum vp_status status = vp_param_upload(params, param, range, array->data, err);
        if (status != VP_OK) return status;
    }
    return VP_OK;
}
