/* Writing what a phase computed: losses, features, decodes, gradients, and the parameters after the step. */
#include "train/replay_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct output {
    struct vp_npz_writer *npz;
    struct vp_phase *phase;
    struct vp_params *params;
    double scale; /* of the gradients */
    struct vp_error *err;
};

/* Adds "<phase>.<name>"; takes data. */
static enum vp_status add(struct output *out, const char *name, float *data, int rank, const int64_t *shape) {
    char key[192];
    snprintf(key, sizeof key, "%s.%s", vp_phase_name(out->phase->kind), name);
    struct vp_array array = {.type = VP_ARRAY_F32, .rank = rank, .data = data};
    if (rank) memcpy(array.shape, shape, sizeof(int64_t) * (size_t)rank);
    return vp_npz_add_owned(out->npz, key, &array, out->err);
}

static enum vp_status fetch(struct output *out, const struct vp_tensor *x, float **data) {
    *data = malloc((size_t)vp_shape_count(x->shape) * sizeof **data);
    if (!*data) return vp_fail(out->err, VP_ERR_OUT_OF_MEMORY, "no host memory for %s", x->name);
    enum vp_status status = vp_tensor_download(out->phase->tape, x, *data, out->err);
    if (status != VP_OK) free(*data);
    return status;
}

static enum vp_status add_tensor(struct output *out, const char *name, const struct vp_tensor *x) {
    float *data;
    enum vp_status status = fetch(out, x, &data);
    return status == VP_OK ? add(out, name, data, x->shape.rank, x->shape.dim) : status;
}

static enum vp_status add_scalar(struct output *out, const char *name, float value) {
    float *data = malloc(sizeof *data);
    if (!data) return vp_fail(out->err, VP_ERR_OUT_OF_MEMORY, "no host memory for %s", name);
    *data = value;
    return add(out, name, data, 0, NULL);
}

/* recon.loss is the sum of the four decodes' errors and the two orthogonality terms, whichever are switched on. */
static enum vp_status add_recon_losses(struct output *out) {
    const struct vp_tensor *part[2] = {out->phase->l1, out->phase->orth};
    static const char *const names[2] = {"l1", "orth"};
    float sum = 0;
    for (int i = 0; i < 2; i++) {
        if (!part[i]) continue;
        float *data;
        enum vp_status status = fetch(out, part[i], &data);
        if (status != VP_OK) return status;
        for (int64_t j = 0; j < part[i]->shape.dim[0]; j++) sum += data[j];
        status = add(out, names[i], data, 1, part[i]->shape.dim);
        if (status != VP_OK) return status;
    }
    return add_scalar(out, "loss", sum);
}

/* The four decodes as recon.image1 .. recon.image4, channels first. */
static enum vp_status add_decodes(struct output *out) {
    const struct vp_tensor *x = out->phase->decodes;
    int64_t batch = out->phase->settings.batch, size = x->shape.dim[1], area = size * size;
    int64_t shape[4] = {batch, 3, size, size};
    float *all;
    enum vp_status status = fetch(out, x, &all);
    if (status != VP_OK) return status;
    for (int64_t image = 0; status == VP_OK && image < 4; image++) {
        char name[16];
        snprintf(name, sizeof name, "image%d", (int)image + 1);
        float *data = malloc((size_t)(batch * 3 * area) * sizeof *data);
        if (!data) status = vp_fail(out->err, VP_ERR_OUT_OF_MEMORY, "no host memory for %s", name);
        if (status != VP_OK) break;
        for (int64_t n = 0; n < batch; n++)
            for (int64_t pixel = 0; pixel < area; pixel++)
                for (int64_t c = 0; c < 3; c++)
                    data[(n * 3 + c) * area + pixel] = all[((image * batch + n) * area + pixel) * 3 + c];
        status = add(out, name, data, 4, shape);
    }
    free(all);
    return status;
}

/* A buffer of a parameter, divided by `scale`. */
static enum vp_status add_parameter(struct output *out, const char *kind, const struct vp_param *param,
                                    struct vp_range range, double scale) {
    char name[160];
    snprintf(name, sizeof name, "%s.%s", kind, param->name);
    float *data = malloc((size_t)param->count * sizeof *data);
    if (!data) return vp_fail(out->err, VP_ERR_OUT_OF_MEMORY, "no host memory for %s", name);
    enum vp_status status = vp_param_download(out->params, param, range, data, out->err);
    for (int64_t i = 0; status == VP_OK && scale != 1 && i < param->count; i++)
        data[i] = (float)((double)data[i] / scale);
    if (status == VP_OK) return add(out, name, data, param->shape.rank, param->shape.dim);
    free(data);
    return status;
}

static enum vp_status add_parameters(struct output *out) {
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < out->params->count; i++) {
        const struct vp_param *param = &out->params->list[i];
        bool has_gradient = out->phase->has_gradient[i], used = out->phase->weights->tensor[i] != NULL;
        if (has_gradient) status = add_parameter(out, "grad", param, param->grad, out->scale);
        if (status == VP_OK && (param->trainable || used)) status = add_parameter(out, "after", param, param->value, 1);
    }
    return status;
}

enum vp_status vp_replay_write(struct vp_npz_writer *npz, struct vp_phase *phase, struct vp_params *params,
                               double scale, struct vp_error *err) {
    struct output out = {npz, phase, params, scale, err};
    enum vp_status status = VP_OK;
    if (phase->kind == VP_PHASE_RECON) {
        status = add_recon_losses(&out);
        if (status == VP_OK && phase->decodes) status = add_decodes(&out);
    } else {
        float *loss = NULL;
        status = fetch(&out, phase->loss, &loss);
        if (status == VP_OK) status = add(&out, "loss", loss, 0, NULL);
        if (status == VP_OK) status = add_tensor(&out, "logits", phase->logits);
        if (status == VP_OK) status = add_tensor(&out, "feature", phase->feature);
    }
    return status == VP_OK ? add_parameters(&out) : status;
}
