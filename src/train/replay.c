/* Replay: builds each phase for uploaded inputs, runs one step from fresh optimiser state, writes everything. */
#include "train/replay_internal.h"
#include "train/settings.h"
#include <stdlib.h>
#include <string.h>

/* The first input of each phase: its presence means the phase is wanted. */
static const char *const first_key[VP_PHASES] = {"recon.image", "face.view1", "pose.view1"};

/* Sizes come from the inputs, not from the configuration. */
static enum vp_status sizes_from_inputs(struct vp_npz *npz, enum vp_phase_kind kind, struct vp_phase_settings *settings,
                                        struct vp_error *err) {
    int64_t shape[VP_ARRAY_MAX_RANK];
    enum vp_status status = vp_replay_size(npz, first_key[kind], 4, shape, err);
    if (status != VP_OK) return status;
    if (shape[2] != settings->model.size || shape[3] != settings->model.size)
        return vp_fail(err, VP_ERR_FORMAT,
                       "%s holds images of %lld x %lld, model.size is %d: give --set model.size=%lld", first_key[kind],
                       (long long)shape[2], (long long)shape[3], settings->model.size, (long long)shape[2]);
    settings->batch = settings->pose_batch = shape[0];
    if (kind != VP_PHASE_POSE) return VP_OK;
    status = vp_replay_size(npz, "pose.negatives", 5, shape, err);
    settings->negatives = shape[1];
    return status;
}

static enum vp_status upload_images(struct vp_npz *npz, struct vp_phase *phase, const struct vp_tensor *to,
                                    const struct vp_replay_images *parts, int count, struct vp_error *err) {
    int64_t image = 3 * phase->settings.model.size * phase->settings.model.size, row = 0;
    float *all = malloc((size_t)(phase->rows * image) * sizeof *all);
    if (!all) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for %lld images", (long long)phase->rows);
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < count; i++) {
        status = vp_replay_images(npz, &parts[i], all + row * image, err);
        row += parts[i].groups * parts[i].per_group;
    }
    if (status == VP_OK) status = vp_tensor_upload(phase->tape, to, all, err);
    free(all);
    return status;
}

static enum vp_status upload_inputs(struct vp_npz *npz, struct vp_phase *phase, struct vp_error *err) {
    int64_t b = phase->settings.batch, k = phase->settings.negatives, size = phase->settings.model.size;
    enum vp_status status;
    if (phase->kind == VP_PHASE_RECON) {
        const struct vp_replay_images images[] = {{"recon.image", 4, 1, b, size, false},
                                                  {"recon.image", 4, 1, b, size, true}};
        const struct vp_replay_images noise[] = {{"recon.noise", 4, 1, b, size, false},
                                                 {"recon.noise_flipped", 4, 1, b, size, false}};
        status = upload_images(npz, phase, phase->images, images, 2, err);
        return status == VP_OK ? upload_images(npz, phase, phase->noise, noise, 2, err) : status;
    }
    const struct vp_replay_images face[] = {{"face.view1", 4, 1, b, size, false}, {"face.view2", 4, 1, b, size, false}};
    const struct vp_replay_images pose[] = {{"pose.view1", 4, 1, b, size, false},
                                            {"pose.view2", 4, 1, b, size, false},
                                            {"pose.negatives", 5, b, k, size, false}};
    bool is_face = phase->kind == VP_PHASE_FACE;
    status = upload_images(npz, phase, phase->images, is_face ? face : pose, is_face ? 2 : 3, err);
    if (status == VP_OK)
        status = vp_replay_upload(npz, is_face ? "face.mix" : "pose.mix", phase->tape, phase->mix, err);
    if (status == VP_OK)
        status = vp_replay_upload(npz, is_face ? "face.perm" : "pose.perm", phase->tape, phase->perm, err);
    return status;
}

/* One phase with everything of its own: parameters, optimiser state, memory. */
struct session {
    struct vp_params *params;
    struct vp_phase_shared shared;
    struct vp_phase *phase;
    struct vp_tape_memory memory;
};

static void session_fini(struct session *session) {
    vp_phase_destroy(session->phase);
    vp_tape_memory_fini(&session->memory);
    if (session->shared.gpu) vp_phase_shared_fini(&session->shared);
    vp_params_destroy(session->params);
}

static enum vp_status run_phase(struct session *session, struct vp_gpu *gpu, const struct vp_config *config,
                                enum vp_phase_kind kind, const struct vp_safetensors *weights, struct vp_npz *inputs,
                                struct vp_npz_writer *out, struct vp_error *err) {
    struct vp_phase_settings settings = vp_settings_from_config(config);
    enum vp_status status = sizes_from_inputs(inputs, kind, &settings, err);
    if (status != VP_OK) return status;
    session->params = vp_params_create();
    vp_model_add_params(session->params, &settings.model);
    status = vp_params_allocate(session->params, gpu, true, err);
    if (status == VP_OK) status = vp_params_load(session->params, weights, "", 0, err);
    if (status == VP_OK) status = vp_phase_shared_init(&session->shared, gpu, session->params, &settings, err);
    if (status != VP_OK) return status;
    session->phase = vp_phase_create(kind, &session->shared, &settings);
    status = vp_tape_memory_init(&session->memory, gpu, &session->phase->plan, 1, err);
    if (status == VP_OK) status = vp_phase_bind(session->phase, &session->memory, err);
    if (status == VP_OK) status = upload_inputs(inputs, session->phase, err);
    double weight = kind == VP_PHASE_FACE   ? config->loss.weight_face
                    : kind == VP_PHASE_POSE ? config->loss.weight_pose
                                            : 1.0;
    struct vp_phase_step step = {.lr = config->optimizer.lr,
                                 .weight = weight,
                                 .scale = settings.half ? config->optimizer.loss_scale : 1,
                                 .temperature = config->loss.temperature,
                                 .clip = config->optimizer.clip,
                                 .update_unused = config->optimizer.update_unused};
    if (status == VP_OK) status = vp_phase_run(session->phase, &session->shared, &step, err);
    return status == VP_OK ? vp_replay_write(out, session->phase, session->params, step.scale, err) : status;
}

static enum vp_status replay_all(struct vp_gpu *gpu, const struct vp_config *config, const char *only,
                                 const struct vp_safetensors *weights, struct vp_npz *inputs, struct vp_npz_writer *out,
                                 struct vp_error *err) {
    int ran = 0;
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES; kind++) {
        if (only ? strcmp(only, vp_phase_name(kind)) != 0 : !vp_npz_has(inputs, first_key[kind])) continue;
        struct session session = {0};
        enum vp_status status = run_phase(&session, gpu, config, kind, weights, inputs, out, err);
        session_fini(&session);
        if (status != VP_OK) return status;
        ran++;
    }
    if (ran) return VP_OK;
    if (only) return vp_fail(err, VP_ERR_USAGE, "no phase \"%s\": recon, face or pose is expected", only);
    return vp_fail(err, VP_ERR_FORMAT, "the inputs hold none of recon.image, face.view1, pose.view1");
}

enum vp_status vp_replay(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_replay_request *request,
                         struct vp_error *err) {
    enum vp_status status = vp_settings_check(config, err);
    if (status != VP_OK) return status;
    struct vp_safetensors *weights = vp_safetensors_open(request->weights, err);
    struct vp_npz *inputs = weights ? vp_npz_open(request->inputs, err) : NULL;
    struct vp_npz_writer *out = inputs ? vp_npz_writer_create(request->outputs, false, err) : NULL;
    status = out ? replay_all(gpu, config, request->phase, weights, inputs, out, err) : err->status;
    if (status == VP_OK) status = vp_npz_commit(out, err);
    vp_npz_writer_destroy(out);
    vp_npz_close(inputs);
    vp_safetensors_close(weights);
    return status;
}
