/* Tuning for a configuration: its phases are built once to hear their questions, and thrown away. */
#include "vkpcl/tune.h"
#include "train/settings.h"
#include "vkpcl/clock.h"

static void draw_bar(void *context, int done, int all, const char *key) {
    const struct vp_log *log = context;
    enum { WIDTH = 24 };
    char bar[WIDTH + 1];
    if (!log->out || !log->is_tty) return;
    for (int i = 0; i < WIDTH; i++) bar[i] = i * all < done * WIDTH ? '#' : '.';
    bar[WIDTH] = 0;
    fprintf(log->out, "\r\033[Ktuning [%s] %d/%d %s", bar, done, all, key);
    if (!key[0]) fputs("\r\033[K", log->out);
    fflush(log->out);
}

static enum vp_status answer(struct vp_gpu *gpu, struct vp_tape *const *tapes, int count, double seconds,
                             const struct vp_log *log, int *answered, int *all, struct vp_error *err) {
    const struct vp_tune_options options = {
        .seconds = seconds, .progress = draw_bar, .context = (void *)(uintptr_t)log};
    *all = vp_tune_open(tapes, count);
    if (*all == 0) return VP_OK;
    vp_log(log, VP_LOG_INFO,
           "tuning: timing the kernels of %d shapes, once for this device and driver (--no-tune: not)", *all);
    double begun = vp_clock_wall();
    enum vp_status status = vp_tune(gpu, tapes, count, &options, answered, err);
    if (status == VP_OK)
        vp_log(log, VP_LOG_INFO, "tuning: %d of %d shapes timed in %.1f s", *answered, *all, vp_clock_wall() - begun);
    return status;
}

enum vp_status vp_tune_training(struct vp_gpu *gpu, const struct vp_config *config, double seconds,
                                const struct vp_log *log, int *answered, int *all, struct vp_error *err) {
    *answered = *all = 0;
    if (vp_gpu_tune_off(gpu)) return VP_OK;
    const struct vp_phase_settings settings = vp_settings_from_config(config);
    struct vp_params *params = vp_params_create();
    vp_model_add_params(params, &settings.model);
    struct vp_phase_shared shared;
    struct vp_phase *phase[VP_PHASES] = {NULL};
    struct vp_tape *tapes[VP_PHASES];
    int count = 0;
    enum vp_status status = vp_phase_shared_init(&shared, gpu, params, &settings, err);
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES && status == VP_OK; kind++) {
        if (!vp_settings_has_phase(config, kind)) continue;
        phase[kind] = vp_phase_create(kind, &shared, &settings);
        tapes[count++] = phase[kind]->tape;
    }
    if (status == VP_OK) status = answer(gpu, tapes, count, seconds, log, answered, all, err);
    for (int i = 0; i < VP_PHASES; i++) vp_phase_destroy(phase[i]);
    if (shared.gpu) vp_phase_shared_fini(&shared);
    vp_params_destroy(params);
    return status;
}
